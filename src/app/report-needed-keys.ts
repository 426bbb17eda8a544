import { neededKeys } from '../company/sealed-secrets.ts';
import type { Db } from '../company/tables.ts';
import { rejectAsUnusable } from '../database/unusable-database.ts';
import type { Log } from '../observability/log.ts';
import type { SecretKey } from '../secrets/secret-box.ts';

/** Logs which keys the secrets in the database need, and whether `keys` has them. */
export async function reportNeededKeys(db: Db, keys: readonly SecretKey[], log: Log): Promise<void> {
  for (const { id, secrets } of await neededKeys(db).catch(rejectAsUnusable)) {
    if (keys.some((key) => key.id === id)) log.info({ key: id, secrets }, 'the database needs a key');
    else log.error({ key: id, secrets }, 'SECRET_KEYS lacks a key that the database needs; append it to the others');
  }
}
