import assert from 'node:assert/strict';
import type { EventKind } from '../../src/company/event-kind.ts';
import type { FailureReason } from '../../src/company/failure.ts';
import type { CompanyStatus, SiteStatus } from '../../src/company/status.ts';

/** An event as streams and the database tell of it. */
export interface LoggedEvent {
  readonly version: number;
  readonly status: CompanyStatus;
  readonly siteStatus: SiteStatus;
  readonly kind: EventKind;
  readonly step?: string | null | undefined;
  readonly reason?: FailureReason | null | undefined;
  readonly progress: number;
  readonly message: string;
}

/** Written out here once more, and not taken from the code that it judges. */
export const legalTransitions: ReadonlySet<string> = new Set([
  'DRAFT → QUEUED',
  'QUEUED → DRAFT',
  'QUEUED → PROVISIONING',
  'PROVISIONING → PROVISIONING',
  'PROVISIONING → ACTIVE',
  'PROVISIONING → FAILED',
  'FAILED → QUEUED',
]);

/** The status in which each kind of event leaves a company; written out here once more as well. */
const statusAfter: Readonly<Record<EventKind, readonly CompanyStatus[]>> = {
  CREATED: ['DRAFT', 'QUEUED'],
  QUEUED: ['QUEUED'],
  CLAIMED: ['PROVISIONING'],
  TAKEN_OVER: ['PROVISIONING'],
  STEP_STARTED: ['PROVISIONING'],
  STEP_PROGRESSED: ['PROVISIONING'],
  STEP_RETRYING: ['PROVISIONING'],
  STEP_COMPLETED: ['PROVISIONING'],
  CANCEL_REQUESTED: ['PROVISIONING'],
  RETURNED_TO_DRAFT: ['DRAFT'],
  SUCCEEDED: ['ACTIVE'],
  FAILED: ['FAILED'],
  ADDRESS_CORRECTED: ['DRAFT', 'QUEUED', 'PROVISIONING', 'ACTIVE', 'FAILED'],
  CORRECTED: ['DRAFT', 'QUEUED', 'PROVISIONING', 'ACTIVE', 'FAILED'],
  DELETED: ['DRAFT'],
};

/** A worker begins or goes on with an attempt here. */
export const isClaim = ({ kind }: Pick<LoggedEvent, 'kind'>): boolean => kind === 'CLAIMED' || kind === 'TAKEN_OVER';

/** What holds for the log of every company, whatever happened to it. `events` is all of it, from the first event on. */
export function assertLog(events: readonly LoggedEvent[]): void {
  assert.ok(events.length > 0, 'there is a log');
  let before: LoggedEvent | undefined;
  for (const [index, event] of events.entries()) {
    const where = `event ${index + 1}: ${JSON.stringify(event)}`;
    assert.equal(event.version, index + 1, where);
    if (event.kind === 'ADDRESS_CORRECTED' || event.kind === 'CORRECTED')
      assert.equal(event.status, before?.status, where);
    else if (before)
      assert.ok(legalTransitions.has(`${before.status} → ${event.status}`), `after ${before.status}, ${where}`);
    else assert.ok(event.status === 'DRAFT' || event.status === 'QUEUED', where);

    assert.ok(Number.isInteger(event.progress) && event.progress >= 0 && event.progress <= 100, where);
    assert.equal(event.progress === 100, event.status === 'ACTIVE', where);
    if (event.status === 'DRAFT' || event.status === 'QUEUED') assert.equal(event.progress, 0, where);
    else assert.ok(event.progress >= (before?.progress ?? 0), `progress went backwards, ${where}`);

    assert.equal(event.siteStatus === 'ACTIVE', event.status === 'ACTIVE', where);
    assert.equal(event.siteStatus === 'CREATING', event.status === 'PROVISIONING', where);
    assert.ok(statusAfter[event.kind].includes(event.status), where);
    assert.equal(event.kind === 'CREATED', index === 0, where);
    assert.equal(event.kind === 'CLAIMED', before?.status === 'QUEUED' && event.status === 'PROVISIONING', where);
    assert.equal(event.kind.startsWith('STEP_'), event.status === 'PROVISIONING' && event.step != null, where);
    assert.equal(event.reason != null, event.kind === 'FAILED', where);
    assert.ok(event.message.length > 0, where);
    before = event;
  }
}

/** The statuses in the order in which they were entered. */
export const statusesOf = (events: readonly LoggedEvent[]): readonly CompanyStatus[] =>
  events.map(({ status }) => status).filter((status, index, all) => status !== all[index - 1]);
