import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bell } from '../company/bell.ts';
import type { CompanyId } from '../company/company-id.ts';
import type { Failure } from '../company/failure.ts';
import { moveCompany } from '../company/move-company.ts';
import { type CompanyRow, tables } from '../company/tables.ts';
import { toFailed } from './end-attempt.ts';
import { isLost, maxClaims, waits } from './lease.ts';

/** The companies that wait for a worker, longest first: queued ones, and those whose worker is gone or has handed them back. */
export async function findWaiting(em: SqlEntityManager, limit: number): Promise<CompanyRow[]> {
  return tables(em).selectFrom('company').selectAll().where(waits).orderBy('queued_at').limit(limit).execute();
}

/**
 * Ends as FAILED what no worker will finish: attempts that nobody holds and whose deadline is past, or that were lost
 * with their worker too often. Returns their ids.
 */
export async function giveUpLostAttempts(em: SqlEntityManager, bell: Bell): Promise<CompanyId[]> {
  const lost = await tables(em).selectFrom('company').select(['id', 'claims']).where(isLost).execute();

  const ended: CompanyId[] = [];
  for (const { id, claims } of lost) {
    const moved = await moveCompany(em, id, {
      ...toFailed(claims >= maxClaims ? workerLost : pastDeadline, false),
      when: isLost,
    });
    if (!moved) continue;
    bell.changed(id);
    bell.owed(id);
    ended.push(id);
  }
  return ended;
}

const workerLost: Failure = {
  reason: 'WORKER_LOST',
  message: `It was interrupted ${maxClaims} times and did not finish.`,
};

const pastDeadline: Failure = { reason: 'TIMED_OUT', message: 'It was interrupted and its time ran out.' };
