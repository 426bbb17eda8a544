import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** What the file `<dataDir>/<name>` holds, for its owner alone; what `make` returns is written there at the first start. */
export function keptSecret(dataDir: string, name: string, make: () => string): string {
  makeFolder(resolve(dataDir));
  const file = join(dataDir, name);
  const fresh = make();
  try {
    writeFileSync(file, fresh, { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(file, 0o600);
    return readFileSync(file, 'utf8');
  }
}
