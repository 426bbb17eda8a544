import { sql } from 'kysely';
import type { SecretBox, SecretKey } from '../secrets/secret-box.ts';
import type { Db } from './tables.ts';

/** A key of SECRET_KEYS, and how many passwords in the database can be opened with no other. */
export interface NeededKey {
  readonly id: string;
  readonly passwords: number;
}

/** The key id in a sealed password: the part before the first dot (`secret-box.ts`). */
const keyId = sql<string>`split_part(sealed_password, '.', 1)`;

/** The keys that the database needs, by one statement. */
export const neededKeys = (db: Db): Promise<NeededKey[]> =>
  db
    .selectFrom('company')
    .select([keyId.as('id'), sql<number>`count(*)::int`.as('passwords')])
    .where('sealed_password', 'is not', null)
    .groupBy(keyId)
    .orderBy('id')
    .execute();

const batch = 100;

/**
 * Encrypts again, under the newest key, every password that is under another key. The service may be running: a password that
 * it erases or changes stays as the service left it. Resolves to the number of passwords; rejects with MissingKey.
 */
export async function resealPasswords(db: Db, secrets: SecretBox, newest: SecretKey): Promise<number> {
  let resealed = 0;
  for (let position = 0n; ; ) {
    const companies = await db
      .selectFrom('company')
      .select(['id', 'position', 'site_name', 'sealed_password'])
      .where('position', '>', position)
      .where('sealed_password', 'is not', null)
      .where(keyId, '<>', newest.id)
      .orderBy('position')
      .limit(batch)
      .$narrowType<{ sealed_password: string }>()
      .execute();
    for (const { id, site_name: owner, sealed_password: sealed } of companies) {
      const { numUpdatedRows } = await db
        .updateTable('company')
        .set({ sealed_password: secrets.seal(secrets.open(sealed, owner), owner) })
        .where('id', '=', id)
        .where('sealed_password', '=', sealed)
        .executeTakeFirst();
      resealed += Number(numUpdatedRows);
    }
    const last = companies.at(-1);
    if (!last) return resealed;
    position = BigInt(last.position);
  }
}
