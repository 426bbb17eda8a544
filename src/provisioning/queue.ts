import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import { presentLimit } from '../company/quota-limits.ts';
import type { Db } from '../company/tables.ts';
import { waits } from './lease.ts';

/** A company that waits for a worker, and for how long by PostgreSQL's clock. */
export interface Waiting {
  readonly id: CompanyId;
  readonly seconds: number;
  /** No worker has claimed this attempt yet. */
  readonly isQueued: boolean;
}

/** The companies that wait for a worker, longest queued first: queued ones, and those that their worker lost or released. */
export async function findWaiting(db: Db, limit: number): Promise<Waiting[]> {
  return db
    .selectFrom('company')
    .select('id')
    .select(sql<number>`extract(epoch from now() - greatest(queued_at, leased_until))::float`.as('seconds'))
    .select(sql<boolean>`status = 'QUEUED'`.as('isQueued'))
    .where(waits)
    .orderBy('queued_at')
    .limit(limit)
    .execute();
}

/** The company that was queued first of those that their worker lost or released. */
export async function findAbandoned(db: Db): Promise<CompanyId | undefined> {
  const abandoned = await db
    .selectFrom('company')
    .select('id')
    .where('status', '=', 'PROVISIONING')
    .where(waits)
    .orderBy('queued_at')
    .limit(1)
    .executeTakeFirst();
  return abandoned?.id;
}

/**
 * The queued company whose turn it is, if any. Customers and partners take turns, however many companies each has waiting:
 * the one that was served longest ago comes first, with its longest waiting company. Those with as many companies being
 * provisioned as they may have are skipped: `attemptsAtOnce`, unless operators have set another limit.
 */
export async function findNextTurn(db: Db, attemptsAtOnce: number): Promise<CompanyId | undefined> {
  const { rows } = await nextTurn(attemptsAtOnce).execute(db);
  return rows[0]?.id;
}

/** The recursion steps from one creator to the next in the index, past all of the creator's companies. */
export const nextTurn = (attemptsAtOnce: number) => sql<{ id: CompanyId }>`
  with recursive creator (name) as (
    (select created_by from company where status = 'QUEUED' order by created_by limit 1)
    union all
    select (
      select created_by from company where status = 'QUEUED' and created_by > creator.name order by created_by limit 1
    ) from creator where creator.name is not null
  )
  select next.id
  from creator
  cross join lateral (
    select id, queued_at from company where status = 'QUEUED' and created_by = creator.name order by queued_at limit 1
  ) as next
  cross join lateral (
    select max(served_at) as at from company where created_by = creator.name
  ) as served
  where (select count(*) from company where status = 'PROVISIONING' and created_by = creator.name)
    < ${presentLimit('attemptsAtOnce', sql.ref('creator.name'), attemptsAtOnce)}
  order by served.at nulls first, next.queued_at
  limit 1`;
