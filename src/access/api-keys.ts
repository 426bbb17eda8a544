import { type Selectable, sql } from 'kysely';
import { type Act, recordOf } from '../company/act.ts';
import type { ApiKeyScope } from '../company/api-key.ts';
import type { Window } from '../company/find-pages.ts';
import { type Db, inMilliseconds, now, type Tables } from '../company/tables.ts';
import { makeApiKey } from './api-key-text.ts';

export type ApiKeyRow = Selectable<Tables['api_key']> & { used_today: boolean };

/** How many keys an owner may hold: those that are valid, and those made within a day. */
export const mostApiKeys = 50;

const today = sql<string>`(now() at time zone 'UTC')::date`;
const usedToday = sql<boolean>`coalesce(last_used_on = ${today}, false)`.as('used_today');
/** What changes made of a key concerns no company. */
const noCompany = sql<null>`null::text`.as('company');
const millisecondsADay = 86_400_000;

export interface NewApiKey {
  readonly owner: string;
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly days: number;
  readonly createdBy: string;
}

/** The new key and, this once, its text; undefined when the owner has as many as they may. */
export async function createApiKey(
  db: Db,
  { owner, name, scopes, days, createdBy }: NewApiKey,
  act?: Act,
): Promise<{ readonly row: ApiKeyRow; readonly text: string } | undefined> {
  const { id, digest, text } = makeApiKey();
  const key = {
    id,
    owner,
    name,
    scopes: sql<ApiKeyScope[]>`${[...scopes]}::text[]`,
    digest,
    created_by: createdBy,
    expires_at: inMilliseconds(days * millisecondsADay),
  };
  const row = await db
    .with('created', (query) =>
      query
        .insertInto('api_key')
        .columns(Object.keys(key) as (keyof typeof key)[]) // it has these alone
        .expression(sql`select ${sql.join(Object.values(key))} where api_keys_held(${owner}) < ${mostApiKeys}`)
        .returningAll()
        .returning([usedToday, noCompany]),
    )
    .with('recorded', () => recordOf(act, 'created', { id: 'company', target: 'id' }))
    .selectFrom('created')
    .selectAll()
    .executeTakeFirst();
  if (row) act?.wasRecorded();
  return row && { row, text };
}

/** The key, revoked now unless it was before; undefined when there is none with this id, or its owner is another one. */
export async function revokeApiKey(
  db: Db,
  id: string,
  owner: string | undefined,
  act?: Act,
): Promise<ApiKeyRow | undefined> {
  const row = await db
    .with('revoked', (query) =>
      query
        .updateTable('api_key')
        .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${now})` })
        .where('id', '=', id)
        .$if(owner !== undefined, (update) => update.where('owner', '=', owner ?? ''))
        .returningAll()
        .returning([usedToday, noCompany]),
    )
    .with('recorded', () => recordOf(act, 'revoked', { id: 'company', target: 'id' }))
    .selectFrom('revoked')
    .selectAll()
    .executeTakeFirst();
  if (row) act?.wasRecorded();
  return row;
}

/** An owner's keys, or everybody's, newest first; read from the end of the window, oldest first. */
export const listApiKeys = (db: Db, owner: string | undefined, window: Window): Promise<ApiKeyRow[]> =>
  db
    .selectFrom('api_key')
    .selectAll()
    .select(usedToday)
    .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? ''))
    .$if(window.after !== undefined, (query) => query.where('position', '<', BigInt(window.after ?? 0)))
    .$if(window.before !== undefined, (query) => query.where('position', '>', BigInt(window.before ?? 0)))
    .orderBy('position', window.fromEnd ? 'asc' : 'desc')
    .limit(window.limit)
    .execute();

export async function findApiKeysById(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, ApiKeyRow>> {
  const rows = await db
    .selectFrom('api_key')
    .selectAll()
    .select(usedToday)
    .where('id', '=', sql<string>`any(${ids})`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Which of these keys are revoked. */
export async function findRevokedApiKeys(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('api_key')
    .select('id')
    .where('id', '=', sql<string>`any(${ids})`)
    .where('revoked_at', 'is not', null)
    .execute();
  return rows.map(({ id }) => id);
}

/** The key is used today: at most one change a day. */
export async function noteUse(db: Db, id: string): Promise<void> {
  await db
    .updateTable('api_key')
    .set({ last_used_on: today })
    .where('id', '=', id)
    .where((key) => key.or([key('last_used_on', 'is', null), key('last_used_on', '<', today)]))
    .execute();
}
