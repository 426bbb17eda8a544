import { randomBytes } from 'node:crypto';
import { keptSecret } from './kept-secret.ts';

/** The secrets of a development machine. Anyone who can read the data folder can read them. */
export interface DevelopmentKeys {
  /** base64 of 32 bytes. */
  readonly secretKey: string;
  readonly jwtSecret: string;
}

/** The keys in `<dataDir>/development-keys.json`; made at the first start, so that what was sealed opens after a restart. */
export const developmentKeys = (dataDir: string): DevelopmentKeys =>
  JSON.parse(keptSecret(dataDir, 'development-keys.json', () => JSON.stringify(freshKeys())));

const freshKeys = (): DevelopmentKeys => ({
  secretKey: randomBytes(32).toString('base64'),
  jwtSecret: randomBytes(48).toString('base64url'),
});
