import { type Dependency, dependencies } from './support/dependencies.ts';

/** Lists what this service is made of: each package with its version and licence, those for development apart. */
const all = dependencies();
const listed = (title: string, some: readonly Dependency[]): string =>
  [
    `${title}: ${some.length} packages`,
    ...some.map(({ name, version, licence }) => `  ${name}@${version}  ${licence ?? 'no licence'}`),
  ].join('\n');
const toRun = all.filter(({ isForDevelopment }) => !isForDevelopment);
const toDevelop = all.filter(({ isForDevelopment }) => isForDevelopment);
process.stdout.write(`${listed('To run', toRun)}\n${listed('To develop', toDevelop)}\n`);
