import { type Selectable, sql } from 'kysely';
import { clockTolerance } from '../access/clock-tolerance.ts';
import { type Act, recordOf } from '../company/act.ts';
import type { Window } from '../company/find-pages.ts';
import type { RevocationKind } from '../company/revocation.ts';
import { type Db, inMilliseconds, now, type Tables } from '../company/tables.ts';

export type RevocationRow = Selectable<Tables['revocation']>;

/**
 * Revokes the token with this `jti`, or all tokens that this subject has by now. It lasts as long as the longest token
 * that may be among them, in seconds; a repeated revocation starts now.
 */
export async function revoke(
  db: Db,
  kind: RevocationKind,
  value: string,
  { by, longestLife, act }: { by: string; longestLife: number; act: Act | undefined },
): Promise<RevocationRow> {
  // Tokens are taken although they live too long, or were issued too late, by the tolerance.
  const revocation = {
    kind,
    value,
    revoked_at: now,
    revoked_by: by,
    ends_at: inMilliseconds((longestLife + 2 * clockTolerance) * 1_000),
  };
  const revoked = await db
    .with('revoked', (query) =>
      query
        .insertInto('revocation')
        .values(revocation)
        .onConflict((conflict) =>
          conflict.columns(['kind', 'value']).doUpdateSet({ ...revocation, position: sql<bigint>`default` }),
        )
        .returningAll()
        .returning(sql<null>`null::text`.as('company')),
    )
    .with('recorded', () => recordOf(act, 'revoked', { id: 'company', target: 'value' }))
    .selectFrom('revoked')
    .selectAll()
    .executeTakeFirstOrThrow();
  act?.wasRecorded();
  return revoked;
}

/** What is revoked at present, newest first; read from the end of the window, oldest first. */
export const findRevocations = (db: Db, window: Window): Promise<RevocationRow[]> =>
  db
    .selectFrom('revocation')
    .selectAll()
    .where('ends_at', '>', now)
    .$if(window.after !== undefined, (query) => query.where('position', '<', BigInt(window.after ?? 0)))
    .$if(window.before !== undefined, (query) => query.where('position', '>', BigInt(window.before ?? 0)))
    .orderBy('position', window.fromEnd ? 'asc' : 'desc')
    .limit(window.limit)
    .execute();
