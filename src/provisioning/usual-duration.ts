import { sql } from 'kysely';
import type { Db } from '../company/tables.ts';

/** How many of the newest sites are looked at. */
const most = 50;

/** In seconds, what workers took for half of the newest sites with the same apps; undefined when there is none. */
export async function findUsualDuration(db: Db, apps: readonly string[]): Promise<number | undefined> {
  const { rows } = await sql<{ median: number | null }>`
    select percentile_cont(0.5) within group (order by extract(epoch from completed - started)) as median
    from (
      select apps, provisioning_started_at as started, provisioning_completed_at as completed
      from company
      where status = 'ACTIVE'
      order by position desc
      limit ${most}
    ) as newest
    where apps @> ${apps}::text[] and apps <@ ${apps}::text[]`.execute(db);
  return rows[0]?.median ?? undefined;
}
