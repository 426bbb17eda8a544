import { glob, readFile } from 'node:fs/promises';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/** Texts by the name under which modules import each other: `parts/words.ts`, `libraries.js`. */
export type Modules = ReadonlyMap<string, string>;

const sources = join(import.meta.dirname, '../console');

/** The one module that holds all libraries. */
const librariesModule = 'libraries.js';

/** The libraries, by the name that modules import them by: each is one file that imports nothing. */
const libraries = {
  'lit-html': 'lit-html.js',
  // A script that makes a global variable; as modules it would be two files, and twice as large.
  'graphql-ws': 'umd/graphql-ws.min.js',
} as const;

/** Where modules find each library, by the name that they import it by. */
export const libraryModules: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(libraries).map((library) => [library, librariesModule]),
);

/** All modules that the console may load: its own, without their types, and that of its libraries. */
export async function readModules(): Promise<Modules> {
  return new Map([...(await ownModules()), [librariesModule, await joinedLibraries()]]);
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

/** In one file, they take one request. */
async function joinedLibraries(): Promise<string> {
  const texts = Object.entries(libraries).map(async ([library, name]) => {
    const directory = dirname(findPackageJSON(library, import.meta.url) ?? library);
    return (await readFile(join(directory, name), 'utf8')).replace(/^\/\/# sourceMappingURL=.*$/m, '');
  });
  return [...(await Promise.all(texts)), 'export const { createClient, TerminatedCloseEvent } = graphqlWs;'].join('\n');
}

const importsOf = (text: string): string[] =>
  text
    .split(" from '")
    .map((rest) => rest.slice(0, rest.indexOf("'")))
    .filter((name) => name.startsWith('.'));

/** What these modules import, and what that imports; what is imported on demand is not loaded with the page. */
export function reachedFrom(names: readonly string[], modules: Modules, reached = new Set<string>()): Set<string> {
  for (const name of names.filter((one) => !reached.has(one))) {
    reached.add(name);
    const text = modules.get(name) ?? '';
    const used = Object.entries(libraryModules).flatMap(([library, file]) =>
      text.includes(`from '${library}'`) ? [file] : [],
    );
    reachedFrom([...used, ...importsOf(text).map((imported) => join(dirname(name), imported))], modules, reached);
  }
  return reached;
}
