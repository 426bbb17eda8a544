import type { CompanyRow } from './tables.ts';

/** How the attempt of a queued or provisioning company is going. */
export const healthStates = ['WORKING', 'WAITING_FOR_WORKER', 'RETRYING', 'STALLED'] as const;
export type HealthState = (typeof healthStates)[number];

export interface Health {
  readonly state: HealthState;
  readonly since: Date;
  /** While retrying: the transient error; while stalled: what that means for the customer. One sentence for people. */
  readonly reason: string | null;
  /** While retrying: when the step is tried again. */
  readonly nextTryAt: Date | null;
}

/** What health depends on besides the company: the time by PostgreSQL's clock, and whether any worker lives. */
export interface Moment {
  readonly now: Date;
  readonly workerLives: boolean;
}

type HealthColumns = Pick<CompanyRow, 'status' | 'queued_at' | 'leased_since' | 'leased_until' | 'retrying'>;

const stalledReason = 'It is delayed on our side; you do not need to do anything.';

/** The company's health at a moment; null when nobody is to work on it. */
export function healthOf(company: HealthColumns, { now, workerLives }: Moment): Health | null {
  const { status, queued_at: queuedAt, leased_since: leasedSince, leased_until: leasedUntil, retrying } = company;
  if (!queuedAt || (status !== 'QUEUED' && status !== 'PROVISIONING')) return null;
  if (!leasedSince || !leasedUntil) return workerLives ? waiting(queuedAt) : stalled(queuedAt);
  // Its worker has neither sent a heartbeat nor released it.
  if (leasedUntil <= now) return stalled(leasedUntil);
  if (!retrying) return { state: 'WORKING', since: leasedSince, reason: null, nextTryAt: null };
  return {
    state: 'RETRYING',
    since: new Date(retrying.since),
    reason: retrying.reason,
    nextTryAt: new Date(retrying.nextTryAt),
  };
}

const waiting = (since: Date): Health => ({ state: 'WAITING_FOR_WORKER', since, reason: null, nextTryAt: null });
const stalled = (since: Date): Health => ({ state: 'STALLED', since, reason: stalledReason, nextTryAt: null });
