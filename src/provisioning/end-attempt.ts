import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Bell } from '../company/bell.ts';
import type { RecordedStep } from '../company/company.ts';
import type { Failure } from '../company/failure.ts';
import type { Move } from '../company/move-company.ts';
import { queueTurn } from '../company/queue-turn.ts';
import { now } from '../company/tables.ts';
import type { Log } from '../log.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { type Claim, type LeaseTimes, releaseLease } from './lease.ts';
import { scrub } from './scrub.ts';
import { SiteHostError, type SitePlan, type SiteStep } from './site-host.ts';
import { Stop } from './stop.ts';
import { StepFailure } from './take-steps.ts';

/** How long taking back a cancelled site may last, in milliseconds. */
const undoLimit = 60_000;

/** An attempt as far as its end needs it. */
export interface Attempt {
  readonly em: SqlEntityManager;
  readonly bell: Bell;
  readonly times: LeaseTimes;
  readonly claim: Claim;
  readonly record: AttemptRecord;
  readonly plan: SitePlan;
  readonly steps: readonly SiteStep[];
  /** Aborts when the company is no longer ours, while there may still be something to put in order. */
  readonly held: AbortSignal;
  readonly log: Log;
}

/** What every attempt's end has in common: nobody holds the company any more. */
const ended = { provisioning_completed_at: now, leased_by: null, leased_since: null, leased_until: null } as const;

/** To ACTIVE, with the mail that carries the credentials. Refused when a cancel was asked for at the last moment. */
export const toActive = ({ siteName }: SitePlan): Move => ({
  to: 'ACTIVE',
  message: `${siteName} is ready.`,
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
  message: failure.message,
  ...(failure.step === undefined ? {} : { step: failure.step }),
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
 * Ends an attempt that did not reach ACTIVE: a failed step, the deadline and a cancel end it as FAILED, a shutdown hands
 * the company back, and after a lost lease there is nothing left for us to write. What else was thrown is thrown on:
 * the lease then runs out, and another claim takes the attempt up.
 */
export async function endWithout(error: unknown, attempt: Attempt): Promise<void> {
  const { record, log } = attempt;
  const failed = error instanceof StepFailure ? error : undefined;
  const cause = failed ? failed.cause : error;
  const nothingMade = failed?.index === 0 && !madeBefore(attempt);
  if (!(cause instanceof Stop)) {
    if (!failed) throw error;
    const failure = failureOf(failed, attempt.plan);
    log.error(failure, 'provisioning failed');
    await record.move(toFailed(failure, nothingMade));
    return;
  }

  log.warn({ why: cause.why }, 'provisioning stopped');
  switch (cause.why) {
    case 'lease-lost':
      return;
    case 'shutdown':
      return handBack(attempt);
    case 'cancelled': {
      const undone = await undoAll(attempt);
      await record.move(toFailed(cancelled, undone, undone ? noSteps : withoutRunning));
      return;
    }
    case 'deadline':
      await record.move(toFailed(timedOut(attempt, failed), nothingMade));
  }
}

/** An earlier claim or attempt went beyond the preflight, so that a part of the site may stand. */
const madeBefore = ({ claim }: Attempt): boolean =>
  claim.company.steps.slice(1).some(({ state }) => state !== 'WAITING');

const cancelled: Failure = { reason: 'CANCELLED', message: 'It was cancelled before the site was ready.' };

const timedOut = ({ times }: Attempt, running: StepFailure | undefined): Failure => ({
  reason: 'TIMED_OUT',
  message: `It took longer than ${Math.round(times.attempt / 1_000)} seconds and was stopped.`,
  ...(running ? { step: running.step.name } : {}),
});

async function handBack({ em, bell, claim }: Attempt): Promise<void> {
  const waiting = await releaseLease(em, claim);
  if (waiting) bell.queued(waiting.id, queueTurn(waiting));
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

/** What a failed step means: the host's own sentence, or an apology when the failure has no name. */
function failureOf({ cause, step }: StepFailure, { adminPassword }: SitePlan): Failure {
  if (cause instanceof SiteHostError) {
    const detail = scrub(cause.detail ?? cause.message, adminPassword);
    return { reason: cause.reason, message: scrub(cause.message, adminPassword), step: step.name, detail };
  }
  const detail = scrub(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause), adminPassword);
  return {
    reason: 'INTERNAL',
    message: `Something on our side went wrong at “${step.title}”; we have been told.`,
    step: step.name,
    detail,
  };
}
