import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignInLink } from '../access/sign-in-link.ts';
import { type ConsoleFile, readConsoleFiles } from './console-files.ts';
import { answersLink } from './sign-in-page.ts';

/** Where the console is. */
export const consolePath = '/console/';

export interface Console {
  /** Answers what is asked for below `/console/`; false for every other path. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

/**
 * Serves the console: one page for all of its addresses, and the files that it loads. They are read when they are first asked for,
 * and hold nothing of anybody, so that nobody need be signed in; `link` signs in the user of this machine.
 */
export function openConsole({
  link,
  signInPage,
}: {
  readonly link: SignInLink | undefined;
  readonly signInPage: string | undefined;
}): Console {
  let prepared: ReturnType<typeof readConsoleFiles> | undefined;
  return {
    async answer(request, response) {
      const [path = ''] = (request.url ?? '').split('?');
      if (path === consolePath.slice(0, -1)) {
        response.writeHead(308, { location: consolePath }).end();
        return true;
      }
      if (!path.startsWith(consolePath)) return false;
      if (link && answersLink(link, consolePath, request, response)) return true;
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
        return true;
      }
      prepared ??= readConsoleFiles(signInPage);
      const { page, contentSecurityPolicy, assets } = await prepared;
      const asset = assets.get(path);
      if (asset) send(request, response, asset, 'public, max-age=31536000, immutable');
      else if (/\.[jt]s$/.test(path)) response.writeHead(404).end();
      else {
        response.setHeader('content-security-policy', contentSecurityPolicy);
        send(request, response, page, 'no-cache');
      }
      return true;
    },
  };
}

function send(request: IncomingMessage, response: ServerResponse, file: ConsoleFile, caching: string): void {
  const accepted = String(request.headers['accept-encoding'] ?? '').split(',');
  const names = accepted.map((coding) => coding.split(';')[0]?.trim());
  const encoding = (['br', 'gzip'] as const).find((name) => names.includes(name));
  response.setHeader('cache-control', caching);
  response.setHeader('vary', 'accept-encoding');
  response.setHeader('etag', file.etag);
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'content-type': file.contentType, ...(encoding ? { 'content-encoding': encoding } : {}) });
  response.end(request.method === 'HEAD' ? undefined : file[encoding ?? 'plain']);
}
