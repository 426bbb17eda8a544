import type { CompanyChangedSubscription } from '../operations.ts';

export type CompanyEvent = CompanyChangedSubscription['companyStatusChanged'];

/** One try to provision the site, as its events tell it. */
export interface Attempt {
  /** 1 for the first one, as `Company.attempt` and the log count. */
  readonly number: number;
  readonly queuedAt: string;
  /** When a worker claimed it. */
  startedAt?: string;
  endedAt?: string;
  readonly events: CompanyEvent[];
  /** In the order in which they began. */
  readonly steps: StepRun[];
}

/** A step of one attempt, from its first start to its end. */
export interface StepRun {
  readonly name: string;
  readonly startedAt: string;
  endedAt?: string;
  state: 'RUNNING' | 'DONE' | 'FAILED';
  /** How often it was interrupted, or met an error, and began again. */
  retries: number;
}

/** The attempts that a company's events, from the first one on, are about. What happened before the first is part of none. */
export function attemptsOf(events: readonly CompanyEvent[]): readonly Attempt[] {
  const attempts: Attempt[] = [];
  for (const event of events) {
    if (event.kind === 'QUEUED' || (event.kind === 'CREATED' && event.status === 'QUEUED')) {
      attempts.push({ number: attempts.length + 1, queuedAt: event.occurredAt, events: [], steps: [] });
    }
    const attempt = attempts.at(-1);
    if (attempt) include(attempt, event);
  }
  return attempts;
}

function include(attempt: Attempt, event: CompanyEvent): void {
  const { kind, step: name, occurredAt } = event;
  attempt.events.push(event);
  const step = attempt.steps.find((one) => one.name === name);
  if (kind === 'CLAIMED') attempt.startedAt ??= occurredAt;
  else if (kind === 'STEP_STARTED' && name !== null) {
    if (step) step.state = 'RUNNING';
    else attempt.steps.push({ name: name ?? '', startedAt: occurredAt, state: 'RUNNING', retries: 0 });
  } else if (kind === 'STEP_RETRYING' && step) step.retries += 1;
  else if (kind === 'STEP_COMPLETED' && step) Object.assign(step, { state: 'DONE', endedAt: occurredAt });
  else if (kind === 'SUCCEEDED' || kind === 'FAILED' || kind === 'RETURNED_TO_DRAFT') end(attempt, occurredAt);
}

function end(attempt: Attempt, at: string): void {
  attempt.endedAt = at;
  for (const step of attempt.steps) {
    if (step.state === 'RUNNING') Object.assign(step, { state: 'FAILED', endedAt: at });
  }
}
