import type { Selectable } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { Window } from '../company/find-pages.ts';
import type { Db, Tables } from '../company/tables.ts';

export type AuditEntryRow = Selectable<Tables['audit_entry']>;

export interface AuditSearch {
  readonly companyId?: CompanyId | undefined;
  readonly subject?: string | undefined;
}

/** The audit log, newest first; read from the end of the window, oldest first. */
export function findAuditEntries(db: Db, search: AuditSearch, window: Window): Promise<AuditEntryRow[]> {
  return db
    .selectFrom('audit_entry')
    .selectAll()
    .where((entry) =>
      entry.and([
        ...(search.companyId === undefined ? [] : [entry('company_id', '=', search.companyId)]),
        ...(search.subject === undefined ? [] : [entry('subject', '=', search.subject)]),
        ...(window.after === undefined ? [] : [entry('position', '<', BigInt(window.after))]),
        ...(window.before === undefined ? [] : [entry('position', '>', BigInt(window.before))]),
      ]),
    )
    .orderBy('position', window.fromEnd ? 'asc' : 'desc')
    .limit(window.limit)
    .execute();
}
