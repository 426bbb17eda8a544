import { readFileSync } from 'node:fs';

/** A package as package-lock.json has it. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; undefined where the package does not say. */
  readonly licence: string | undefined;
  readonly hasInstallScript: boolean;
  /** Needed to develop, and not to run. */
  readonly isForDevelopment: boolean;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

/** Every package that `npm ci` may install, by name. */
export function dependencies(
  lockFile: string | URL = new URL('../../package-lock.json', import.meta.url),
): readonly Dependency[] {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version = '', license, hasInstallScript = false, dev = false }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
      hasInstallScript,
      isForDevelopment: dev,
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
