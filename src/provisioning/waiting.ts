import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { Failure, FailureReason } from '../company/failure.ts';
import { moveCompany } from '../company/move-company.ts';
import type { Notifier } from '../company/notifier.ts';
import { type Db, now } from '../company/tables.ts';
import { toFailed } from './end-attempt.ts';
import { isLost, maxClaims, waits } from './lease.ts';
import { noWorkerLives } from './live-workers.ts';

/** A company that waits for a worker, and for how long by PostgreSQL's clock. */
export interface Waiting {
  readonly id: CompanyId;
  readonly seconds: number;
  /** No worker has had it in this attempt yet. */
  readonly isQueued: boolean;
}

/** The companies that wait for a worker, longest queued first: queued ones, and those whose worker is gone or has handed them back. */
export async function findWaiting(db: Db, limit: number): Promise<Waiting[]> {
  return db
    .selectFrom('company')
    .select('id')
    .select(sql<number>`extract(epoch from now() - greatest(queued_at, leased_until))::float`.as('seconds'))
    .select(sql<boolean>`status = 'QUEUED'`.as('isQueued'))
    .where(waits)
    .orderBy('queued_at')
    .limit(limit)
    .execute();
}

/** The company that was queued first of those whose worker is gone or has handed them back. */
export async function findAbandoned(db: Db): Promise<CompanyId | undefined> {
  const abandoned = await db
    .selectFrom('company')
    .select('id')
    .where('status', '=', 'PROVISIONING')
    .where(waits)
    .orderBy('queued_at')
    .limit(1)
    .executeTakeFirst();
  return abandoned?.id;
}

/** Whether a company has waited for some time, and no worker lives. */
export async function isStranded(db: Db): Promise<boolean> {
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

export interface GivenUp {
  readonly id: CompanyId;
  readonly reason: FailureReason;
}

/**
 * Ends as FAILED what no worker will finish: attempts that nobody holds and whose deadline is past, or that were lost
 * with their worker too often. Returns each with its reason.
 */
export async function giveUpLostAttempts(db: Db, notifier: Notifier): Promise<GivenUp[]> {
  const lost = await db
    .selectFrom('company')
    .select('id')
    .select((company) => company('deadline_at', '<=', now).as('is_late'))
    .where(isLost)
    .execute();

  const ended: GivenUp[] = [];
  for (const { id, is_late: isLate } of lost) {
    const failure = isLate ? pastDeadline : workerLost;
    const moved = await moveCompany(db, id, { ...toFailed(failure, false), when: isLost });
    if (!moved) continue;
    notifier.changed(id);
    notifier.owed(id);
    ended.push({ id, reason: failure.reason });
  }
  return ended;
}

const workerLost: Failure = {
  reason: 'WORKER_LOST',
  message: `It was interrupted ${maxClaims} times and did not finish.`,
};

const pastDeadline: Failure = { reason: 'TIMED_OUT', message: 'It was interrupted and its time ran out.' };
