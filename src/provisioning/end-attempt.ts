import { sql } from 'kysely';
import type { RecordedStep } from '../company/company.ts';
import type { Failure, FailureReason } from '../company/failure.ts';
import type { Move } from '../company/move-company.ts';
import type { Notifier } from '../company/notifier.ts';
import { type CompanyRow, type Db, now } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import type { Log } from '../observability/log.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { Interruption } from './interruption.ts';
import { type Claim, type LeaseTimes, releaseLease } from './lease.ts';
import { StepFailure } from './run-steps.ts';
import { SiteHostError, type SitePlan, type SiteStep } from './site-host.ts';

/** How long taking back a cancelled site may last, in milliseconds. */
const undoLimit = 60_000;
/** How long handing back waits for a database that is away, in milliseconds: a process that ends has not much time. */
const shutdownLimit = 5_000;
const outageLimit = 60_000;

/** What a worker's part of an attempt came to. */
export type AttemptOutcome = 'ACTIVE' | FailureReason | 'HANDED_BACK' | 'LEASE_LOST';

/** An attempt as far as its end needs it. */
export interface Attempt {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly times: LeaseTimes;
  readonly claim: Claim;
  readonly record: AttemptRecord;
  /** Text that a host said, without the attempt's secrets. */
  readonly clean: (text: string) => string;
  /** None when the attempt failed before there was a plan. */
  readonly steps: readonly SiteStep[];
  /** Aborts when the company is no longer ours, while there may still be something to put in order. */
  readonly held: AbortSignal;
  readonly log: Log;
}

/** What every attempt's end has in common: nobody holds the company any more. */
const ended = {
  provisioning_completed_at: now,
  leased_by: null,
  leased_since: null,
  leased_until: null,
  retrying: null,
} as const;

/** To ACTIVE, with the mail that carries the credentials. Refused when a cancel was asked for at the last moment. */
export const toActive = ({ siteName }: SitePlan): Move => ({
  to: 'ACTIVE',
  event: { kind: 'SUCCEEDED', siteName },
  when: (company) => company('cancel_requested_at', 'is', null),
  set: {
    ...ended,
    site_status: 'ACTIVE',
    progress: 100,
    provisioning_notes: `The site ${siteName} was made, set up and verified.`,
  },
  mail: { kind: 'SITE_READY' },
});

/** The record of the steps once nobody works any more: what ran has failed. */
const withoutRunning = sql<RecordedStep[]>`(
  select coalesce(jsonb_agg(
    case step ->> 'state'
      when 'RUNNING' then step || jsonb_build_object('state', 'FAILED', 'finishedAt', now())
      else step
    end order by place), '[]')
  from jsonb_array_elements(steps) with ordinality as listed (step, place)
)`;

/** What was taken back is as if it had never been begun. */
const noSteps = sql<RecordedStep[]>`'[]'::jsonb`;

/** To FAILED, with the mail that says what went wrong. `siteIsGone` when nothing of the site is left. */
export const toFailed = (failure: Failure, siteIsGone: boolean, steps = withoutRunning): Move => ({
  to: 'FAILED',
  event: { kind: 'FAILED', failure },
  set: {
    ...ended,
    site_status: siteIsGone ? 'NOT_CREATED' : 'INCOMPLETE',
    failure: sql`${JSON.stringify(failure)}::jsonb`,
    steps,
    provisioning_notes: failure.message,
  },
  mail: { kind: 'SITE_FAILED', reason: failure.message },
});

/**
 * Ends an attempt that did not reach ACTIVE: a failed step, the deadline, a cancel and a fault of our own end it as
 * FAILED. After a shutdown or a lost lease the company is not ours to end; it is handed back.
 */
export async function endWithout(error: unknown, attempt: Attempt): Promise<AttemptOutcome> {
  try {
    const { failure, ...ending } = await endingOf(error, attempt);
    attempt.log.error(failure, 'provisioning failed');
    await attempt.record.move(toFailed(failure, ending.siteIsGone, ending.steps));
    return failure.reason;
  } catch (stopped) {
    if (!(stopped instanceof Interruption)) throw stopped;
    return handBack(stopped, attempt);
  }
}

/** How a failed attempt leaves the company. */
interface Ending {
  readonly failure: Failure;
  readonly siteIsGone: boolean;
  readonly steps?: typeof withoutRunning;
}

/** What the error comes to; throws the Interruption after which the company is not ours to end. */
async function endingOf(error: unknown, attempt: Attempt): Promise<Ending> {
  const failed = error instanceof StepFailure ? error : undefined;
  const cause = failed ? failed.cause : error;
  const nothingMade = (failed ? failed.index === 0 : attempt.steps.length === 0) && !madeBefore(attempt.claim.company);
  if (!(cause instanceof Interruption)) {
    return { failure: failureOf(cause, failed?.step, attempt.clean), siteIsGone: nothingMade };
  }
  switch (cause.reason) {
    case 'cancelled': {
      const undone = await undoAll(attempt);
      return { failure: cancelled, siteIsGone: undone, steps: undone ? noSteps : withoutRunning };
    }
    case 'deadline':
      return { failure: timedOut(attempt, failed), siteIsGone: nothingMade };
    case 'lease-lost':
    case 'shutdown':
      throw cause;
  }
}

/** An earlier claim or attempt went beyond the preflight, so that a part of the site may stand. */
export const madeBefore = ({ steps }: Pick<CompanyRow, 'steps'>): boolean =>
  steps.slice(1).some(({ state }) => state !== 'WAITING');

const cancelled: Failure = { reason: 'CANCELLED', message: 'It was cancelled before the site was ready.' };

/** What was in the way until then is for operators to read. */
const timedOut = ({ times, clean }: Attempt, running: StepFailure | undefined): Failure => ({
  reason: 'TIMED_OUT',
  message: `It took longer than ${Math.round(times.attempt / 1_000)} seconds and was stopped.`,
  ...(running ? { step: running.step.name } : {}),
  ...(running?.passing ? { detail: clean(running.passing.detail ?? running.passing.message) } : {}),
});

/**
 * For another worker to take it up at once, unless one has it already. A lease that ran out while the database was away
 * is no claim that was lost with its worker, and does not count as one.
 */
async function handBack({ reason }: Interruption, { db, notifier, claim, log }: Attempt): Promise<AttemptOutcome> {
  log.warn({ reason }, 'provisioning stopped');
  const signal = AbortSignal.timeout(reason === 'shutdown' ? shutdownLimit : outageLimit);
  const waiting = await retryWhileUnavailable(() => releaseLease(db, claim), signal);
  if (!waiting) return 'LEASE_LOST';
  notifier.queued(waiting.id);
  return 'HANDED_BACK';
}

/** Takes back what the attempt made, the last step first. Resolves to whether nothing is left of the site. */
async function undoAll({ steps, held, log }: Attempt): Promise<boolean> {
  const signal = AbortSignal.any([held, AbortSignal.timeout(undoLimit)]);
  try {
    for (const step of steps.toReversed()) await step.undo(signal);
    return true;
  } catch (error) {
    held.throwIfAborted();
    log.error({ err: error }, 'the cancelled site could not be taken back; a retry will do it first');
    return false;
  }
}

/** What an error means: the host's own sentence, or an apology when the failure has no name. */
function failureOf(cause: unknown, step: SiteStep | undefined, clean: Attempt['clean']): Failure {
  const where = step ? { step: step.name } : {};
  if (cause instanceof SiteHostError) {
    return {
      reason: cause.reason,
      message: clean(cause.message),
      ...where,
      detail: clean(cause.detail ?? cause.message),
    };
  }
  return {
    reason: 'INTERNAL',
    message: `Something on our side went wrong${step ? ` at “${step.title}”` : ''}; we have been told.`,
    ...where,
    detail: clean(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)),
  };
}
