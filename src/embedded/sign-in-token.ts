import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { keptSecret } from './kept-secret.ts';

/** The file holds no token of ours: an empty one would sign everybody in. */
export class NoSignInToken extends Error {
  override readonly name = 'NoSignInToken';

  constructor(file: string) {
    super(`${file} does not hold a sign-in token. Delete it to get a new one.`);
  }
}

const fileName = 'sign-in-token';

/**
 * The token of the link that signs in the user of this machine. It is kept in the data folder, so that browsers stay
 * signed in when the server restarts; without its file the next start makes a new one, and the old one ends.
 */
export function signInToken(dataDir: string): string {
  const token = keptSecret(dataDir, fileName, () => randomBytes(32).toString('hex'));
  if (!/^[\da-f]{64}$/.test(token)) throw new NoSignInToken(join(dataDir, fileName));
  return token;
}
