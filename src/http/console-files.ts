import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { Html, html } from '../common/html.ts';
import { libraryModules, reachedFrom, readModules, readStyles } from './console-modules.ts';

/** A file of the console, as browsers get it. */
export interface ConsoleFile {
  readonly contentType: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

/** All of the console: its page, and what the page loads, by address. */
export interface ConsoleFiles {
  readonly page: ConsoleFile;
  readonly contentSecurityPolicy: string;
  /** They never change: their addresses contain a hash of all of them. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

/** Reads all of the console, and compresses it. `signInPage` is where people sign in. */
export async function readConsoleFiles(signInPage: string | undefined): Promise<ConsoleFiles> {
  const [modules, styles] = await Promise.all([readModules(), readStyles()]);
  const base = `/console/${hashOf([...modules].flat().join('\n'), 'base64url').slice(0, 12)}`;
  const importMap = JSON.stringify({
    imports: Object.fromEntries(Object.entries(libraryModules).map(([library, name]) => [library, `${base}/${name}`])),
  });
  const preloaded = [...reachedFrom(['main.ts', 'screens/companies.ts'], modules)];
  const assets = [...modules].map(
    async ([name, text]) => [`${base}/${name}`, await compress('text/javascript', text)] as const,
  );
  return {
    page: await compress('text/html', pageOf(base, { importMap, styles, preloaded, signInPage })),
    contentSecurityPolicy: policyOf(importMap, styles),
    assets: new Map(await Promise.all(assets)),
  };
}

async function compress(type: string, text: string): Promise<ConsoleFile> {
  const plain = Buffer.from(text);
  const [zipped, br] = await Promise.all([promisify(gzip)(plain, { level: 9 }), promisify(brotliCompress)(plain)]);
  return { contentType: `${type}; charset=utf-8`, etag: `"${hashOf(text, 'base64')}"`, plain, gzip: zipped, br };
}

const hashOf = (text: string, encoding: 'base64' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding);

/** Nothing runs but the modules of this server, and nothing is loaded from elsewhere. Only templates make markup. */
const policyOf = (importMap: string, styles: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hashOf(importMap, 'base64')}'`,
    `style-src 'sha256-${hashOf(styles, 'base64')}'`,
    'img-src data:',
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

function pageOf(
  base: string,
  page: {
    readonly importMap: string;
    readonly styles: string;
    readonly preloaded: readonly string[];
    readonly signInPage: string | undefined;
  },
): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="sign-in-page" content="${page.signInPage ?? ''}">
<title>Company Provisioning</title>
<link rel="icon" href="data:,">
<style>${new Html(page.styles)}</style>
<script type="importmap">${new Html(page.importMap)}</script>
${page.preloaded.map((name) => html`<link rel="modulepreload" href="${base}/${name}">`)}
<script type="module" src="${base}/main.ts"></script>
</head>
<body><noscript>The console needs JavaScript.</noscript></body>
</html>
`.toString();
}
