import { type RawBuilder, sql } from 'kysely';
import type { RecordedStep } from '../company/company.ts';
import type { NewEvent } from '../company/event-kind.ts';
import { companyById } from '../company/find-companies.ts';
import { type Move, type MovedCompany, moveCompany } from '../company/move-company.ts';
import type { Notifier } from '../company/notifier.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { Interruption } from './interruption.ts';
import { type Claim, releaseLease } from './lease.ts';
import type { SiteStep } from './site-host.ts';

/**
 * Records what happens in one attempt, under its fencing token. While the database is unavailable a write is repeated as
 * long as the worker owns the company. Every call but `release` throws an Interruption once it does not, the token is stale
 * or a cancel forbids the write.
 */
export interface AttemptRecord {
  /** Lists the attempt's steps; what an earlier attempt recorded of a step stays until it runs again. */
  plan(steps: readonly SiteStep[]): Promise<readonly RecordedStep[]>;
  stepStarted(index: number, step: SiteStep, progress: number): Promise<void>;
  stepProgressed(step: SiteStep, progress: number): Promise<void>;
  /** `how` ends the sentence of a step that was completed in an unusual way. */
  stepCompleted(index: number, step: SiteStep, progress: number, how?: string): Promise<void>;
  /** The step is retried after `wait` milliseconds; `reason` is one sentence for people. */
  stepRetrying(step: SiteStep, reason: string, wait: number): Promise<void>;
  /** Ends the attempt. */
  move(move: Move): Promise<CompanyRow>;
  /** Gives the company up for another worker to take over at once. False when another one has it already. */
  release(signal: AbortSignal): Promise<boolean>;
}

/** The record of the attempt under `claim`, until `ownership` aborts. */
export function attemptRecord(db: Db, notifier: Notifier, claim: Claim, ownership: AbortSignal): AttemptRecord {
  const { company, fencingToken } = claim;
  let writes = 0;
  let before: Promise<unknown> = Promise.resolve();

  /** One after the other, in the order of the calls. */
  const move = (change: Move): Promise<CompanyRow> => {
    const moved = before.then(() => moveNext(change));
    // The caller handles its failure.
    before = moved.catch(() => {});
    return moved;
  };

  const moveNext = async (change: Move): Promise<CompanyRow> => {
    writes += 1;
    const number = writes;
    const moved = await retryWhileUnavailable(() => writeOnce(change, number), ownership);
    if (moved instanceof Interruption) throw moved;
    notifier.moved(moved);
    return moved;
  };

  /** The number identifies a repeated write: one whose answer was lost is found instead of made twice. */
  const writeOnce = async (change: Move, number: number): Promise<MovedCompany | Interruption> => {
    const moved = await moveCompany(db, company.id, {
      ...change,
      fencingToken,
      set: { ...change.set, lease_writes: number },
      when: (row) => row.and([row('lease_writes', '<', number), ...(change.when ? [change.when(row)] : [])]),
    });
    if (moved) return moved;
    const now = await companyById(db, company.id);
    const isOurs = now.fencing_token === fencingToken;
    if (isOurs && now.lease_writes === number) return now;
    // A legal move is refused for a stale token, or for a cancel that no heartbeat has reported yet.
    return new Interruption(
      isOurs && now.status === 'PROVISIONING' && now.cancel_requested_at ? 'cancelled' : 'lease-lost',
    );
  };

  const moveStep = async (event: NewEvent, progress: number, recorded: Move['set'] = {}): Promise<void> => {
    await move({
      to: 'PROVISIONING',
      event,
      set: { progress: sql<number>`greatest(progress, ${progress}::int)`, retrying: null, ...recorded },
    });
  };

  return {
    move,
    async plan(steps) {
      const known = new Map(company.steps.map((step) => [step.name, step]));
      const planned = steps.map(
        ({ name, title }): RecordedStep => known.get(name) ?? { name, title, state: 'WAITING' },
      );
      const write = () =>
        db
          .updateTable('company')
          .set({ steps: sql`${JSON.stringify(planned)}::jsonb` })
          .where('id', '=', company.id)
          .where('fencing_token', '=', fencingToken)
          .where('status', '=', 'PROVISIONING')
          .executeTakeFirst();
      const written = await retryWhileUnavailable(write, ownership);
      if (written.numUpdatedRows === 0n) throw new Interruption('lease-lost');
      return planned;
    },
    async stepStarted(index, step, progress) {
      await moveStep({ kind: 'STEP_STARTED', step }, progress, recordedAt(index, started(step)));
    },
    async stepProgressed(step, progress) {
      await moveStep({ kind: 'STEP_PROGRESSED', step }, progress);
    },
    async stepCompleted(index, step, progress, how) {
      await moveStep({ kind: 'STEP_COMPLETED', step, how }, progress, recordedAt(index, completed(index, step)));
    },
    async stepRetrying(step, reason, wait) {
      await move({
        to: 'PROVISIONING',
        event: { kind: 'STEP_RETRYING', step, reason },
        set: {
          retrying: sql`jsonb_build_object('reason', ${reason}::text, 'since', coalesce(retrying -> 'since', to_jsonb(now())),
            'nextTryAt', now() + ${wait} * interval '1 millisecond')`,
        },
      });
    },
    async release(signal) {
      const released = await retryWhileUnavailable(() => releaseLease(db, claim), signal);
      if (released) notifier.workAvailable(released.id);
      return released !== undefined;
    },
  };
}

const recordedAt = (index: number, step: RawBuilder<unknown>) => ({
  steps: sql<RecordedStep[]>`jsonb_set(steps, ${`{${index}}`}::text[], ${step})`,
});

const started = (step: SiteStep) => sql`${recordedStep(step, 'RUNNING')} || jsonb_build_object('startedAt', now())`;

/** It keeps the time of its start. */
const completed = (index: number, step: SiteStep) =>
  sql`${recordedStep(step, 'DONE')} || jsonb_build_object('startedAt', steps -> ${index}::int -> 'startedAt', 'finishedAt', now())`;

const recordedStep = ({ name, title }: SiteStep, state: 'RUNNING' | 'DONE') =>
  sql`jsonb_build_object('name', ${name}::text, 'title', ${title}::text, 'state', ${state}::text)`;
