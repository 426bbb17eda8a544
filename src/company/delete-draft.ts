import { sql } from 'kysely';
import { type Act, recordOf } from './act.ts';
import { appendEvent } from './append-event.ts';
import type { CompanyId } from './company-id.ts';
import { compareVersion } from './expected-version.ts';
import { type CompanyEventRow, findCompany } from './find-companies.ts';
import type { MoveDeps, MoveOutcome } from './queue-company.ts';
import type { Requester } from './requester.ts';
import type { CompanyRow, Db } from './tables.ts';
import { isOwnedBy } from './visibility.ts';

/** No worker has ever worked on it: there is no site and no mail of it. */
export const isUntouchedDraft = ({ status, served_at }: CompanyRow): boolean =>
  status === 'DRAFT' && served_at === null;

/**
 * Deletes a draft that no worker has ever worked on, so that its site name and its idempotency key are free again. Its events stay, and the
 * last one ends its streams.
 */
export async function deleteDraft(
  { db, notifier }: MoveDeps,
  requester: Requester,
  id: CompanyId,
  act?: Act,
  expectedVersion?: number,
): Promise<MoveOutcome> {
  const found = await findCompany(db, requester, id);
  if (!found) return { kind: 'not-found' };
  if (!isOwnedBy(requester, found)) return { kind: 'read-only' };
  if ((await compareVersion(db, found, expectedVersion, [])) === 'conflict')
    return { kind: 'version-conflict', company: found };
  if (!isUntouchedDraft(found)) return { kind: 'wrong-status', company: found };

  const event = await removeDraft(db, found, act);
  if (!event) return deleteDraft({ db, notifier }, requester, id, act, expectedVersion);
  act?.wasRecorded();
  notifier.moved({ ...found, event });
  return { kind: 'moved', company: found };
}

/** In one statement with its event and its entry of the audit log; undefined when it has moved meanwhile. */
const removeDraft = (db: Db, { id, version }: CompanyRow, act: Act | undefined): Promise<CompanyEventRow | undefined> =>
  db
    .with('deleted', (query) =>
      query
        .deleteFrom('company')
        .where('id', '=', id)
        .where('version', '=', version)
        .where('status', '=', 'DRAFT')
        .where('served_at', 'is', null)
        .returning(['id', 'attempt', 'status', 'site_status', 'progress', sql<number>`version + 1`.as('version')]),
    )
    .with('logged', () => appendEvent({ kind: 'DELETED' }, 'deleted'))
    .with('recorded', () => recordOf(act, 'deleted'))
    .selectFrom('logged')
    .selectAll()
    .executeTakeFirst();
