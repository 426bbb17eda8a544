import { sql } from 'kysely';
import type { RecordedStep } from '../company/company.ts';
import type { Failure } from '../company/failure.ts';
import type { Move } from '../company/move-company.ts';
import { now } from '../company/tables.ts';
import { type Attempt, madeBefore } from './attempt.ts';
import { Interruption } from './interruption.ts';
import { StepFailure } from './run-steps.ts';
import { SiteHostError, type SitePlan, type SiteStep } from './site-host.ts';

/** What a failed attempt leaves of the site. */
export type SiteLeft = 'nothing made' | 'incomplete' | 'rolled back';

/** What an attempt comes to that did not reach ACTIVE. */
export type Outcome =
  | { readonly kind: 'failed'; readonly failure: Failure; readonly site: SiteLeft }
  /** What was made is rolled back first. */
  | { readonly kind: 'cancelled' }
  /** The company is not this worker's to end. */
  | { readonly kind: 'released'; readonly interruption: Interruption };

/** What an error that ended an attempt means: a failed step, an interruption, or a fault of our own. */
export function outcomeOf(
  error: unknown,
  attempt: Pick<Attempt, 'company' | 'steps' | 'timeLimit' | 'scrub'>,
): Outcome {
  const failed = error instanceof StepFailure ? error : undefined;
  const cause = failed ? failed.cause : error;
  const isAtStart = failed ? failed.index === 0 : attempt.steps.length === 0;
  const site = isAtStart && !madeBefore(attempt.company) ? 'nothing made' : 'incomplete';
  if (!(cause instanceof Interruption)) {
    return { kind: 'failed', failure: failureOf(cause, failed?.step, attempt), site };
  }
  switch (cause.reason) {
    case 'cancelled':
      return { kind: 'cancelled' };
    case 'deadline':
      return { kind: 'failed', failure: timedOut(attempt, failed), site };
    case 'lease-lost':
    case 'shutdown':
      return { kind: 'released', interruption: cause };
  }
}

/** The host's own sentence, or an apology when the failure has no name. */
function failureOf(cause: unknown, step: SiteStep | undefined, { scrub }: Pick<Attempt, 'scrub'>): Failure {
  const where = step ? { step: step.name } : {};
  if (cause instanceof SiteHostError) {
    return {
      reason: cause.reason,
      message: scrub(cause.message),
      ...where,
      detail: scrub(cause.detail ?? cause.message),
    };
  }
  return {
    reason: 'INTERNAL',
    message: `Something went wrong on our side${step ? ` while ${lowerFirst(step.title)}` : ''}. The details have been logged.`,
    ...where,
    detail: scrub(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)),
  };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The error for which the running step was being retried is for operators. */
function timedOut({ timeLimit, scrub }: Pick<Attempt, 'timeLimit' | 'scrub'>, running?: StepFailure): Failure {
  const { step, retriedFor } = running ?? {};
  return {
    reason: 'TIMED_OUT',
    message: `Provisioning took longer than ${Math.round(timeLimit / 1_000)} seconds and was stopped.`,
    ...(step ? { step: step.name } : {}),
    ...(retriedFor ? { detail: scrub(retriedFor.detail ?? retriedFor.message) } : {}),
  };
}

export const cancelled: Failure = {
  reason: 'CANCELLED',
  message: 'Provisioning was cancelled before the site was ready.',
};

/** Common to both ends of an attempt: nobody holds the company any more. */
const ended = {
  provisioning_completed_at: now,
  leased_by: null,
  leased_since: null,
  leased_until: null,
  retrying: null,
} as const;

/** To ACTIVE, with the mail that carries the credentials. Refused when a cancel was requested at the last moment. */
export const toActive = ({ siteName }: SitePlan): Move => ({
  to: 'ACTIVE',
  event: { kind: 'SUCCEEDED', siteName },
  when: (company) => company('cancel_requested_at', 'is', null),
  set: {
    ...ended,
    site_status: 'ACTIVE',
    progress: 100,
    provisioning_notes: `The site ${siteName} was created, set up and verified.`,
  },
  mail: { kind: 'SITE_READY' },
});

/** The steps' record once nobody works any more: what was running has failed. */
const withoutRunning = sql<RecordedStep[]>`(
  select coalesce(jsonb_agg(
    case step ->> 'state'
      when 'RUNNING' then step || jsonb_build_object('state', 'FAILED', 'finishedAt', now())
      else step
    end order by place), '[]')
  from jsonb_array_elements(steps) with ordinality as listed (step, place)
)`;

/** What was rolled back is as if it had never been begun. */
const noSteps = sql<RecordedStep[]>`'[]'::jsonb`;

/** To FAILED, with the mail that says what went wrong. */
export const toFailed = (failure: Failure, site: SiteLeft): Move => ({
  to: 'FAILED',
  event: { kind: 'FAILED', failure },
  set: {
    ...ended,
    site_status: site === 'incomplete' ? 'INCOMPLETE' : 'NOT_CREATED',
    failure: sql`${JSON.stringify(failure)}::jsonb`,
    steps: site === 'rolled back' ? noSteps : withoutRunning,
    provisioning_notes: failure.message,
  },
  mail: { kind: 'SITE_FAILED', failure },
});
