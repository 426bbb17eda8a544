import { type SqlBool, sql } from 'kysely';
import type { Act } from './act.ts';
import type { CompanyId } from './company-id.ts';
import { compareVersion } from './expected-version.ts';
import { findCompany } from './find-companies.ts';
import { moveCompany } from './move-company.ts';
import type { Notifier } from './notifier.ts';
import { type CompanyQuotas, exceededBy, findExceeded, type QuotaExceeded } from './quotas.ts';
import type { Requester } from './requester.ts';
import { reachableFrom } from './status.ts';
import { type CompanyRow, type Db, now } from './tables.ts';
import { isOwnedBy } from './visibility.ts';

export interface MoveDeps {
  readonly db: Db;
  readonly notifier: Notifier;
}

export interface QueueDeps extends MoveDeps {
  /** How much a customer or partner may have; without bound when left out. */
  readonly quotas?: CompanyQuotas | undefined;
}

export type MoveOutcome =
  | { readonly kind: 'moved'; readonly company: CompanyRow }
  | { readonly kind: 'not-found' | 'read-only' }
  | { readonly kind: 'wrong-status' | 'version-conflict'; readonly company: CompanyRow };

export type QueueOutcome = MoveOutcome | { readonly kind: 'quota-exceeded'; readonly exceeded: QuotaExceeded };

/** Queues a draft, or a failed company for a new attempt, and notifies workers. */
export async function queueCompany(
  deps: QueueDeps,
  requester: Requester,
  id: CompanyId,
  act?: Act,
  expectedVersion?: number,
): Promise<QueueOutcome> {
  const { db, notifier, quotas } = deps;
  const found = await findCompany(db, requester, id);
  if (!found) return { kind: 'not-found' };
  if (!isOwnedBy(requester, found)) return { kind: 'read-only' };
  const compared = await compareVersion(db, found, expectedVersion, ['QUEUED']);
  if (compared === 'conflict') return { kind: 'version-conflict', company: found };
  if (compared === 'repeated') return { kind: 'moved', company: found };

  const use = { creates: false, queues: true, customerEmail: found.customer_email };
  const exceeded = exceededBy(requester, use, quotas);
  const queued = await moveCompany(db, id, {
    to: 'QUEUED',
    act,
    expectedVersion,
    when: () => sql<SqlBool>`not exists (${exceeded})`,
    event: { kind: 'QUEUED', again: found.status === 'FAILED' },
    set: {
      attempt: sql<number>`attempt + 1`,
      // A worker of an earlier attempt that resumes now can no longer write.
      fencing_token: sql<number>`fencing_token + 1`,
      claims: 0,
      progress: 0,
      failure: null,
      provisioning_notes: null,
      queued_at: now,
      provisioning_started_at: null,
      provisioning_completed_at: null,
      deadline_at: null,
      cancel_requested_at: null,
      leased_by: null,
      leased_since: null,
      leased_until: null,
    },
  });
  if (!queued) {
    const company = (await findCompany(db, requester, id)) ?? found;
    if (expectedVersion !== undefined && company.version !== found.version)
      return queueCompany(deps, requester, id, act, expectedVersion);
    if (!reachableFrom.QUEUED.includes(company.status)) return { kind: 'wrong-status', company };
    const quota = await findExceeded(db, exceeded);
    // There is room again by now, or it has just been cancelled.
    return quota
      ? { kind: 'quota-exceeded', exceeded: quota }
      : queueCompany(deps, requester, id, act, expectedVersion);
  }

  notifier.moved(queued);
  return { kind: 'moved', company: queued };
}
