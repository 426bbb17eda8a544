import { glob, readFile } from 'node:fs/promises';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/** Texts by the name under which modules import each other: `parts/words.ts`, `lit-html/lit-html.js`. */
export type Modules = ReadonlyMap<string, string>;

const sources = join(import.meta.dirname, '../console');

/** What each library begins with, by the name that modules import it by; what that imports is beside it. */
export const libraries = {
  'lit-html': 'lit-html/lit-html.js',
  'graphql-ws': 'graphql-ws/dist/client.js',
} as const;

/** All modules that the console may load: its own, without their types, and those of its libraries. */
export async function readModules(): Promise<Modules> {
  return new Map([...(await ownModules()), ...(await libraryModules())]);
}

/** The console's styles, in one. */
export async function readStyles(): Promise<string> {
  return (await Promise.all((await namesOf('styles/*.css')).map(read))).join('\n');
}

async function ownModules(): Promise<[string, string][]> {
  const withoutTypes = async (name: string): Promise<[string, string]> => [
    name,
    stripTypeScriptTypes(await read(name), { mode: 'transform' }),
  ];
  return Promise.all((await namesOf('**/*.ts')).map(withoutTypes));
}

const read = (name: string): Promise<string> => readFile(join(sources, name), 'utf8');

const namesOf = async (pattern: string): Promise<string[]> =>
  (await Array.fromAsync(glob(pattern, { cwd: sources }))).sort();

async function libraryModules(): Promise<[string, string][]> {
  const texts = new Map<string, string>();
  const add = async (packages: string, name: string): Promise<void> => {
    const text = (await readFile(join(packages, name), 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
    texts.set(name, text);
    for (const imported of importsOf(text)) await add(packages, join(dirname(name), imported));
  };
  for (const [library, name] of Object.entries(libraries)) {
    await add(dirname(dirname(findPackageJSON(library, import.meta.url) ?? library)), name);
  }
  return [...texts];
}

const importsOf = (text: string): string[] =>
  [...text.matchAll(/\bfrom\s*['"](\.[^'"]+)['"]/g)].map(([, name = '']) => name);

/** What these modules import, and what that imports; what is imported on demand is not loaded with the page. */
export function reachedFrom(names: readonly string[], modules: Modules, reached = new Set<string>()): Set<string> {
  for (const name of names.filter((one) => !reached.has(one))) {
    reached.add(name);
    const text = modules.get(name) ?? '';
    const used = Object.entries(libraries).flatMap(([library, file]) =>
      text.includes(`from '${library}'`) ? [file] : [],
    );
    reachedFrom([...used, ...importsOf(text).map((imported) => join(dirname(name), imported))], modules, reached);
  }
  return reached;
}
