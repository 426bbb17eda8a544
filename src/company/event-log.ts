import { sql } from 'kysely';
import type { CompanyEventRow } from './find-companies.ts';
import type { Requester } from './requester.ts';
import type { CompanyRow, Db } from './tables.ts';

/** An event at its place among those of all companies, with what decides who may see it. */
export type LogEntry = CompanyEventRow &
  Pick<CompanyRow, 'created_by' | 'customer_email'> & { readonly position: number };

/** The most events that one statement numbers. */
const mostAtOnce = 1_000;

/**
 * Gives every event that has none its position. A number that is given when an event is written would not do: a higher one may
 * commit first, and whoever has seen it would never look for the lower one. Here a statement numbers what has committed,
 * and the next one waits until that is visible, so positions appear in their own order, and a company's versions in theirs.
 */
export async function numberEvents(db: Db): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ readonly found: number }>`
      with unnumbered as materialized (
        select company_id, version, occurred_at from company_event
        where position is null and (select pg_advisory_xact_lock(hashtext('company event numbers'))::text) = ''
        order by company_id, version limit ${mostAtOnce}
      ), ordered as (
        select company_id, version, max(occurred_at) over (partition by company_id order by version) as time
        from unnumbered order by time, company_id, version
      ), numbered as materialized (
        select company_id, version, nextval('company_event_number') as position from ordered
      ), placed as (
        update company_event as event set position = numbered.position, owner = company.created_by
        from numbered left join company on company.id = numbered.company_id
        where event.company_id = numbered.company_id and event.version = numbered.version and event.position is null
      )
      select count(*)::int as found from unnumbered
    `.execute(db);
    // Another statement may have numbered what this one has found, and not yet what comes after.
    if ((rows[0]?.found ?? 0) < mostAtOnce) return;
  }
}

/** The numbered events after a position, in order, of the companies that the requester may see; not of deleted drafts. */
export async function findLogEntries(db: Db, requester: Requester, after: number, limit: number): Promise<LogEntry[]> {
  const { seesAll, owner, verifiedEmail } = requester;
  const own = entriesOf(db)
    .where('event.position', '>', BigInt(after))
    .where((event) => event.and(seesAll ? [] : [event('event.owner', '=', owner)]))
    .orderBy('event.position')
    .limit(limit);
  const entries = await (seesAll || verifiedEmail === undefined
    ? own
    : db
        .selectFrom(own.as('own'))
        .selectAll()
        .union(db.selectFrom(ofCustomer(db, verifiedEmail, after, limit).as('named')).selectAll())
        .orderBy('position')
        .limit(limit)
  ).execute();
  return entries.map(({ owner: _owner, ...entry }) => ({ ...entry, position: Number(entry.position) }));
}

const entriesOf = (db: Db) =>
  db
    .selectFrom('company_event as event')
    .innerJoin('company', 'company.id', 'event.company_id')
    .selectAll('event')
    .select(['company.created_by', 'company.customer_email']);

/** Reads the events of each of the customer's companies, which are few. */
const ofCustomer = (db: Db, email: string, after: number, limit: number) =>
  db
    .selectFrom('company')
    .innerJoinLateral(
      (query) =>
        query
          .selectFrom('company_event')
          .selectAll()
          .whereRef('company_id', '=', 'company.id')
          .where('position', '>', BigInt(after))
          .orderBy('version')
          .limit(limit)
          .as('event'),
      (join) => join.onTrue(),
    )
    .selectAll('event')
    .select(['company.created_by', 'company.customer_email'])
    .where('company.customer_email', '=', email)
    .orderBy('event.position')
    .limit(limit);

/** The position of the newest numbered event; 0 when there is none. */
export async function newestPosition(db: Db): Promise<number> {
  const newest = await db
    .selectFrom('company_event')
    .select('position')
    .where('position', 'is not', null)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  return Number(newest?.position ?? 0);
}
