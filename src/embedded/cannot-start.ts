import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The embedded PostgreSQL does not come up in its folder; says what is in the way and what can be done. */
export class PgliteCannotStart extends Error {
  override readonly name = 'PgliteCannotStart';

  constructor(folder: string, cause: unknown) {
    const remedy = 'Set DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL server.';
    super(`The embedded PostgreSQL does not start in ${folder}: ${reasonOf(cause, folder)}. ${remedy}`, { cause });
  }
}

/** A cluster has 40 MB, and writes about as much while it starts. */
const leastRoom = 80 * 1024 * 1024;

/** PGlite aborts without a word, or throws an object that holds a number, when the disk under it is full. */
function reasonOf(cause: unknown, folder: string): string {
  const { bavail, bsize } = statfsSync(dirname(folder));
  if (bavail * bsize < leastRoom) return `the disk is full, ${Math.floor((bavail * bsize) / 1024 / 1024)} MB are left`;
  if (cause instanceof Error) return cause.message.replace(/\.? Build with .*/, '');
  return typeof cause === 'object' && cause !== null && 'errno' in cause
    ? `its error number is ${cause.errno}`
    : 'no reason was given';
}
