import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { SignInLink } from '../access/sign-in-link.ts';
import { exampleOperations, signInFirst } from './example-operations.ts';
import { asksToSignIn } from './sign-in-page.ts';

/** GraphiQL for browsers: one page of 9 MB that loads nothing from anywhere else. */
export interface GraphiQLPage {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Headers to put a token into, which GraphiQL sends with everything; it keeps them in no storage. */
const headers = JSON.stringify({ Authorization: 'Bearer <token>' }, undefined, 2);

const optionsOf = (asksForToken: boolean) => ({
  title: 'Company Provisioning',
  defaultTabs: asksForToken
    ? exampleOperations.map((example) => ({ ...example, query: `${signInFirst}${example.query}`, headers }))
    : exampleOperations,
  ...(asksForToken ? { defaultHeaders: headers, defaultEditorToolsVisibility: 'headers' as const } : {}),
  subscriptionsProtocol: 'SSE' as const,
  shouldPersistHeaders: false,
});

// Tabs that come with the page are animated from somewhere else, and the first click on one would miss it.
const steadyTabs = '<style>.graphiql-tabs > li { transform: none !important; }</style>';

/**
 * The page is rendered and compressed when it is first asked for, once, and browsers keep it until it changes.
 * It is for browsers that the link has signed in; without a link it has a place for a token, and says where one comes from.
 */
export function openGraphiQLPage(link: SignInLink | undefined): GraphiQLPage {
  let prepared: ReturnType<typeof preparePage> | undefined;
  return {
    async answer(request, response) {
      if (link && asksToSignIn(link, request, response)) return;
      prepared ??= preparePage(link === undefined);
      const { compressed, etag, contentSecurityPolicy } = await prepared;
      response.setHeader('etag', etag);
      response.setHeader('cache-control', 'no-cache');
      response.setHeader('vary', 'accept, accept-encoding');
      response.setHeader('content-security-policy', contentSecurityPolicy);
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304).end();
        return;
      }
      const asItIs = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        ...(asItIs ? { 'content-encoding': 'gzip' } : {}),
      });
      response.end(asItIs ? compressed : await promisify(gunzip)(compressed));
    },
  };
}

async function preparePage(asksForToken: boolean) {
  const page = renderGraphiQL(optionsOf(asksForToken)).replace('</head>', () => `${steadyTabs}</head>`);
  const compressed = await promisify(gzip)(page);
  return { compressed, etag: `"${hashOf(page)}"`, contentSecurityPolicy: policyOf(page) };
}

/** Only the page's own script runs, by its hash; its editors work in scripts that it makes itself. */
function policyOf(page: string): string {
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(
    ([, script = '']) => `'sha256-${hashOf(script)}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${scripts.join(' ')} blob:`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
