import { type Selectable, sql } from 'kysely';
import type { CompanyId } from './company-id.ts';
import type { Requester } from './requester.ts';
import type { CompanyRow, Db, Tables } from './tables.ts';
import { isVisibleTo } from './visibility.ts';

export type CompanyEventRow = Selectable<Tables['company_event']>;

/** The company; undefined when it does not exist or exists for others only. */
export async function findCompany(db: Db, requester: Requester, id: CompanyId): Promise<CompanyRow | undefined> {
  const company = await db.selectFrom('company').selectAll().where('id', '=', id).executeTakeFirst();
  return company && isVisibleTo(requester, company) ? company : undefined;
}

/** The company, for any requester. Rejects when it does not exist. */
export const companyById = (db: Db, id: CompanyId): Promise<CompanyRow> =>
  db.selectFrom('company').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

/** A window of a listing in the listing's order: exclusive bounds, and from which end it is read. */
export interface Window {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly fromEnd: boolean;
  readonly limit: number;
}

/** A company's events, oldest first; read from the end of the window, newest first. */
export async function findEvents(db: Db, id: CompanyId, window: Window): Promise<CompanyEventRow[]> {
  return db
    .selectFrom('company_event')
    .selectAll()
    .where((event) =>
      event.and([
        event('company_id', '=', id),
        ...(window.after === undefined ? [] : [event('version', '>', window.after)]),
        ...(window.before === undefined ? [] : [event('version', '<', window.before)]),
      ]),
    )
    .orderBy('version', window.fromEnd ? 'desc' : 'asc')
    .limit(window.limit)
    .execute();
}

/** Which events of which company. */
export interface EventsSearch {
  readonly id: CompanyId;
  readonly window: Window;
}

/** What `findEvents` finds for each of the searches, in their order: by one statement for each direction that they have. */
export async function findEventsOfMany(db: Db, searches: readonly EventsSearch[]): Promise<CompanyEventRow[][]> {
  const found = searches.map((): CompanyEventRow[] => []);
  const numbered = searches.map((search, number) => ({ ...search, number }));
  for (const fromEnd of [false, true]) {
    const same = numbered.filter(({ window }) => window.fromEnd === fromEnd);
    if (same.length === 0) continue;
    const wanted = sql<WantedEvents>`unnest(
      ${same.map(({ number }) => number)}::int[],
      ${same.map(({ id }) => id)}::text[],
      ${same.map(({ window }) => window.after ?? 0)}::int[],
      ${same.map(({ window }) => window.before ?? largestInteger)}::int[],
      ${same.map(({ window }) => window.limit)}::int[]
    )`;
    const rows = await db
      .selectFrom(wanted.as<'wanted'>(sql`wanted (number, id, after, before, most)`))
      .innerJoinLateral(
        (query) =>
          query
            .selectFrom('company_event')
            .selectAll()
            .whereRef('company_id', '=', 'wanted.id')
            .whereRef('version', '>', 'wanted.after')
            .whereRef('version', '<', 'wanted.before')
            .orderBy('version', fromEnd ? 'desc' : 'asc')
            .limit((row) => row.ref('wanted.most'))
            .as('event'),
        (join) => join.onTrue(),
      )
      .selectAll('event')
      .select('wanted.number')
      .execute();
    for (const { number, ...event } of rows) found[number]?.push(event);
  }
  return found;
}

interface WantedEvents {
  readonly number: number;
  readonly id: CompanyId;
  readonly after: number;
  readonly before: number;
  readonly most: number;
}

/** Above every version. */
const largestInteger = 2_147_483_647;
