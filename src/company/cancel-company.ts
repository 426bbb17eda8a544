import type { Act } from './act.ts';
import type { CompanyId } from './company-id.ts';
import { compareVersion } from './expected-version.ts';
import { findCompany } from './find-companies.ts';
import { type MovedCompany, moveCompany } from './move-company.ts';
import type { MoveDeps, MoveOutcome } from './queue-company.ts';
import type { Requester } from './requester.ts';
import { type Db, now } from './tables.ts';
import { isOwnedBy } from './visibility.ts';

/**
 * Cancels a queued or running attempt. A queued company becomes a draft again at once. For one that is being provisioned a
 * cancel is requested: its worker rolls back what it made and moves it to FAILED with the reason CANCELLED.
 */
export async function cancelCompany(
  { db, notifier }: MoveDeps,
  requester: Requester,
  id: CompanyId,
  act?: Act,
  expectedVersion?: number,
): Promise<MoveOutcome> {
  const found = await findCompany(db, requester, id);
  if (!found) return { kind: 'not-found' };
  if (!isOwnedBy(requester, found)) return { kind: 'read-only' };
  const compared = await compareVersion(db, found, expectedVersion, ['RETURNED_TO_DRAFT', 'CANCEL_REQUESTED']);
  if (compared === 'conflict') return { kind: 'version-conflict', company: found };
  if (compared === 'repeated') return { kind: 'moved', company: found };
  if (found.status === 'PROVISIONING' && found.cancel_requested_at) return { kind: 'moved', company: found };

  const cancelled =
    (await moveCompany(db, id, {
      to: 'DRAFT',
      act,
      expectedVersion,
      event: { kind: 'RETURNED_TO_DRAFT' },
      set: { queued_at: null },
    })) ?? (await requestCancel(db, id, act, expectedVersion));
  if (!cancelled) {
    const company = (await findCompany(db, requester, id)) ?? found;
    if (expectedVersion !== undefined && company.version !== found.version)
      return cancelCompany({ db, notifier }, requester, id, act, expectedVersion);
    return { kind: 'wrong-status', company };
  }

  notifier.moved(cancelled);
  return { kind: 'moved', company: cancelled };
}

/** The worker reads it with its next heartbeat. */
const requestCancel = (
  db: Db,
  id: CompanyId,
  act: Act | undefined,
  expectedVersion: number | undefined,
): Promise<MovedCompany | undefined> =>
  moveCompany(db, id, {
    to: 'PROVISIONING',
    act,
    expectedVersion,
    event: { kind: 'CANCEL_REQUESTED' },
    when: (company) => company('status', '=', 'PROVISIONING').and('cancel_requested_at', 'is', null),
    set: { cancel_requested_at: now },
  });
