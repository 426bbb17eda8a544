import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { Failure, FailureReason } from '../company/failure.ts';
import { moveCompany } from '../company/move-company.ts';
import type { Notifier } from '../company/notifier.ts';
import { type Db, now } from '../company/tables.ts';
import { isLost, maxClaims, waits } from './lease.ts';
import { noWorkerLives } from './live-workers.ts';
import { toFailed } from './outcomes.ts';

/** An attempt that was ended because no worker would finish it. */
export interface LostAttempt {
  readonly id: CompanyId;
  readonly reason: FailureReason;
}

/**
 * Ends as FAILED the attempts that nobody owns and no worker will take over: their deadline has passed, or their workers
 * were lost too many times.
 */
export async function failLostAttempts(db: Db, notifier: Notifier): Promise<LostAttempt[]> {
  const lost = await db
    .selectFrom('company')
    .select('id')
    .select((company) => company('deadline_at', '<=', now).as('is_late'))
    .where(isLost)
    .execute();

  const failed: LostAttempt[] = [];
  for (const { id, is_late: isLate } of lost) {
    const failure = isLate ? pastDeadline : workerLost;
    const moved = await moveCompany(db, id, { ...toFailed(failure, 'incomplete'), when: isLost });
    if (!moved) continue;
    notifier.moved(moved);
    failed.push({ id, reason: failure.reason });
  }
  return failed;
}

const workerLost: Failure = {
  reason: 'WORKER_LOST',
  message: `Provisioning was interrupted ${maxClaims} times and did not finish.`,
};

const pastDeadline: Failure = { reason: 'TIMED_OUT', message: 'Provisioning was interrupted and ran out of time.' };

/** Whether a company has been waiting for some time while no worker lives. */
export async function isAnyStranded(db: Db): Promise<boolean> {
  const stranded = await db
    .selectFrom('company')
    .select('id')
    .where(waits)
    .where(sql`greatest(queued_at, leased_until)`, '<', sql`now() - interval '5 seconds'`)
    .where(noWorkerLives)
    .limit(1)
    .executeTakeFirst();
  return stranded !== undefined;
}
