import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { Html, html } from '../common/html.ts';

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

const sources = join(import.meta.dirname, '../console');

/** Libraries as browsers load them, by the name that modules import; files that they import are beside them. */
const libraries = {
  'lit-html': 'lit-html.js',
  'graphql-ws': 'dist/client.js',
} as const;

/** Reads the console's modules and strips their types, and compresses everything. `signInPage` is where people sign in. */
export async function readConsoleFiles(signInPage: string | undefined): Promise<ConsoleFiles> {
  const texts = new Map([...(await ownTexts()), ...(await libraryTexts())]);
  const base = `/console/${hashOf([...texts].flat().join('\n'), 'base64url').slice(0, 12)}`;
  const importMap = JSON.stringify({
    imports: Object.fromEntries(Object.entries(libraries).map(([name, file]) => [name, `${base}/${name}/${file}`])),
  });
  const preloaded = [...reachedFrom(['main.ts', 'screens/companies.ts'], texts)];
  const assets = await Promise.all(
    [...texts].map(
      async ([name, text]) =>
        [`${base}/${name}`, await compress(name.endsWith('.css') ? 'text/css' : 'text/javascript', text)] as const,
    ),
  );
  return {
    page: await compress('text/html', pageOf(base, { importMap, preloaded, signInPage })),
    contentSecurityPolicy: policyOf(importMap),
    assets: new Map(assets),
  };
}

/** Modules without their types, and all styles as one file. */
async function ownTexts(): Promise<[string, string][]> {
  const read = (name: string): Promise<string> => readFile(join(sources, name), 'utf8');
  const modules = await namesOf('**/*.ts');
  const styles = await namesOf('styles/*.css');
  return [
    ['console.css', (await Promise.all(styles.map(read))).join('\n')],
    ...(await Promise.all(
      modules.map(
        async (name): Promise<[string, string]> => [
          name,
          stripTypeScriptTypes(await read(name), { mode: 'transform' }),
        ],
      ),
    )),
  ];
}

const namesOf = async (pattern: string): Promise<string[]> =>
  (await Array.fromAsync(glob(pattern, { cwd: sources }))).sort();

async function libraryTexts(): Promise<[string, string][]> {
  const texts = new Map<string, string>();
  const add = async (name: string, folder: string, file: string): Promise<void> => {
    const text = (await readFile(join(folder, file), 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
    texts.set(`${name}/${file}`, text);
    for (const imported of importsOf(text)) await add(name, folder, join(dirname(file), imported));
  };
  for (const [name, file] of Object.entries(libraries)) {
    await add(name, dirname(findPackageJSON(name, import.meta.url) ?? name), file);
  }
  return [...texts];
}

const importsOf = (text: string): string[] =>
  [...text.matchAll(/\bfrom\s*['"](\.[^'"]+)['"]/g)].map(([, name = '']) => name);

/** What these modules import, and what that imports; what is imported on demand is not loaded with the page. */
function reachedFrom(
  names: readonly string[],
  texts: ReadonlyMap<string, string>,
  reached = new Set<string>(),
): Set<string> {
  for (const name of names.filter((one) => !reached.has(one))) {
    reached.add(name);
    const text = texts.get(name) ?? '';
    const used = Object.entries(libraries).flatMap(([library, file]) =>
      text.includes(`from '${library}'`) ? [`${library}/${file}`] : [],
    );
    reachedFrom([...used, ...importsOf(text).map((imported) => join(dirname(name), imported))], texts, reached);
  }
  return reached;
}

async function compress(type: string, text: string): Promise<ConsoleFile> {
  const plain = Buffer.from(text);
  const [zipped, br] = await Promise.all([promisify(gzip)(plain, { level: 9 }), promisify(brotliCompress)(plain)]);
  return { contentType: `${type}; charset=utf-8`, etag: `"${hashOf(text, 'base64')}"`, plain, gzip: zipped, br };
}

const hashOf = (text: string, encoding: 'base64' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding);

/** Nothing runs but the modules of this server, and nothing is loaded from elsewhere; templates are the only source of markup. */
const policyOf = (importMap: string): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hashOf(importMap, 'base64')}'`,
    "style-src 'self'",
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
  page: { readonly importMap: string; readonly preloaded: readonly string[]; readonly signInPage: string | undefined },
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
<link rel="stylesheet" href="${base}/console.css">
<script type="importmap">${new Html(page.importMap)}</script>
${page.preloaded.map((name) => html`<link rel="modulepreload" href="${base}/${name}">`)}
<script type="module" src="${base}/main.ts"></script>
</head>
<body><noscript>The console needs JavaScript.</noscript></body>
</html>
`.toString();
}
