import type { Act } from './act.ts';
import type { CompanyId } from './company-id.ts';
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
): Promise<MoveOutcome> {
  const found = await findCompany(db, requester, id);
  if (!found) return { kind: 'not-found' };
  if (!isOwnedBy(requester, found)) return { kind: 'read-only' };
  if (found.status === 'PROVISIONING' && found.cancel_requested_at) return { kind: 'moved', company: found };

  const cancelled =
    (await moveCompany(db, id, {
      to: 'DRAFT',
      act,
      event: { kind: 'RETURNED_TO_DRAFT' },
      set: { queued_at: null },
    })) ?? (await requestCancel(db, id, act));
  if (!cancelled) return { kind: 'wrong-status', company: (await findCompany(db, requester, id)) ?? found };

  notifier.moved(cancelled);
  return { kind: 'moved', company: cancelled };
}

/** The worker reads it with its next heartbeat. */
const requestCancel = (db: Db, id: CompanyId, act: Act | undefined): Promise<MovedCompany | undefined> =>
  moveCompany(db, id, {
    to: 'PROVISIONING',
    act,
    event: { kind: 'CANCEL_REQUESTED' },
    when: (company) => company('status', '=', 'PROVISIONING').and('cancel_requested_at', 'is', null),
    set: { cancel_requested_at: now },
  });
