import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { Db } from '../company/tables.ts';

/**
 * The queued company whose turn it is; undefined when there is none. Customers and partners take turns, however many
 * companies one of them has waiting: first comes who was served longest ago, and of theirs the one that waits longest.
 * Those of whose companies `attemptsAtOnce` are being provisioned have no turn.
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
  where (select count(*) from company where status = 'PROVISIONING' and created_by = creator.name) < ${attemptsAtOnce}
  order by served.at nulls first, next.queued_at
  limit 1`;
