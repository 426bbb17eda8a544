import type { Selectable } from 'kysely';
import type { CompanyId } from './company-id.ts';
import { findPages, type PageSearch, type Window } from './find-pages.ts';
import type { Requester } from './requester.ts';
import type { CompanyRow, Db, Tables } from './tables.ts';
import { isVisibleTo } from './visibility.ts';

/** An event, without its place among those of all companies. */
export type CompanyEventRow = Omit<Selectable<Tables['company_event']>, 'position' | 'owner'>;

/** The company; undefined when it does not exist or exists for others only. */
export async function findCompany(db: Db, requester: Requester, id: CompanyId): Promise<CompanyRow | undefined> {
  const company = await db.selectFrom('company').selectAll().where('id', '=', id).executeTakeFirst();
  return company && isVisibleTo(requester, company) ? company : undefined;
}

/** The company, for any requester. Rejects when it does not exist. */
export const companyById = (db: Db, id: CompanyId): Promise<CompanyRow> =>
  db.selectFrom('company').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

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

/** What `findEvents` finds for each of the searches, in their order: by one statement for each direction that they have. */
export const findEventsOfMany = (db: Db, searches: readonly PageSearch[]): Promise<CompanyEventRow[][]> =>
  findPages(db, { table: 'company_event', number: 'version' }, searches);
