import type { Failure } from '../company/failure.ts';
import type { AttemptOutcome } from '../observability/metrics.ts';
import type { Attempt } from './attempt.ts';
import { Interruption } from './interruption.ts';
import { cancelled, outcomeOf, type SiteLeft, toFailed } from './outcomes.ts';

/** How long rolling back a cancelled site may take, in milliseconds. */
const rollbackLimit = 60_000;
/** How long releasing waits for an unavailable database, in milliseconds: a process that shuts down has little time. */
const shutdownLimit = 5_000;
const outageLimit = 60_000;
/** How long an attempt's end waits for its last log lines to be written, in milliseconds; no longer at a shutdown than there is time. */
export const logLimit = 10_000;
const logShutdownLimit = 2_000;

/**
 * Ends an attempt that did not reach ACTIVE: as FAILED after a failed step, the deadline, a cancel or a fault of our own.
 * After a shutdown or a lost lease the company is not this worker's to end, and is released.
 */
export async function endAttempt(attempt: Attempt, error: unknown): Promise<AttemptOutcome> {
  try {
    const outcome = outcomeOf(error, attempt);
    switch (outcome.kind) {
      case 'released':
        return await release(attempt, outcome.interruption);
      case 'cancelled':
        return await fail(attempt, cancelled, (await rollBack(attempt)) ? 'rolled back' : 'incomplete');
      case 'failed':
        return await fail(attempt, outcome.failure, outcome.site);
    }
  } catch (interruption) {
    if (!(interruption instanceof Interruption)) throw interruption;
    return await release(attempt, interruption);
  }
}

async function fail({ record, printed, log }: Attempt, failure: Failure, site: SiteLeft): Promise<AttemptOutcome> {
  log.error(failure, 'provisioning failed');
  await printed.close(logLimit);
  await record.move(toFailed(failure, site));
  return failure.reason;
}

/**
 * For another worker to take over at once, unless one already has. A lease that ran out while the database was unavailable
 * is not a claim that was lost with its worker, and does not count as one.
 */
async function release({ record, printed, log }: Attempt, { reason }: Interruption): Promise<AttemptOutcome> {
  log.warn({ reason }, 'provisioning stopped');
  await printed.close(logShutdownLimit);
  const released = await record.release(AbortSignal.timeout(reason === 'shutdown' ? shutdownLimit : outageLimit));
  return released ? 'RELEASED' : 'LEASE_LOST';
}

/** Undoes every step, the last one first. Resolves to whether nothing is left of the site. */
async function rollBack({ steps, signals: { ownership }, log }: Attempt): Promise<boolean> {
  const signal = AbortSignal.any([ownership, AbortSignal.timeout(rollbackLimit)]);
  try {
    for (const step of steps.toReversed()) await step.undo(signal);
    return true;
  } catch (error) {
    ownership.throwIfAborted();
    log.error({ err: error }, 'the cancelled site could not be rolled back; a retry does so first');
    return false;
  }
}
