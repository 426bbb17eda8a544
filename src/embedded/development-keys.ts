import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The secrets of a development machine. They are no secrets to whoever can read the data folder. */
export interface DevelopmentKeys {
  /** base64 of 32 bytes. */
  readonly secretKey: string;
  readonly jwtSecret: string;
}

/** The keys in `<dataDir>/development-keys.json`; made at the first start, so that what was sealed opens after a restart. */
export function developmentKeys(dataDir: string): DevelopmentKeys {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'development-keys.json');
  const fresh: DevelopmentKeys = {
    secretKey: randomBytes(32).toString('base64'),
    jwtSecret: randomBytes(48).toString('base64url'),
  };
  try {
    writeFileSync(file, JSON.stringify(fresh), { mode: 0o600, flag: 'wx' });
    return fresh;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return JSON.parse(readFileSync(file, 'utf8'));
  }
}
