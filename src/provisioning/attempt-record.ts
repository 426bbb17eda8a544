import { sql } from 'kysely';
import type { RecordedStep } from '../company/company.ts';
import { companyById } from '../company/find-companies.ts';
import { type Move, moveCompany } from '../company/move-company.ts';
import type { Notifier } from '../company/notifier.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { Interruption } from './interruption.ts';
import type { Claim } from './lease.ts';
import type { SiteStep } from './site-host.ts';

/**
 * Writes down what happens in one attempt, under its fencing token. While the database is away a write is repeated as
 * long as the company is held. Every call throws a Interruption once it is not, the token is stale or a cancel forbids it.
 */
export interface AttemptRecord {
  /** Lists the steps that the attempt takes; what an earlier attempt recorded of a step stays until it is taken again. */
  plan(steps: readonly SiteStep[]): Promise<readonly RecordedStep[]>;
  /** `how` ends the sentence of a step that was done in another way than usual. */
  step(index: number, step: SiteStep, state: 'RUNNING' | 'DONE', progress: number, how?: string): Promise<void>;
  progress(step: SiteStep, percent: number): Promise<void>;
  /** The step is tried again after `wait` milliseconds; `reason` is one sentence for people. */
  retrying(step: SiteStep, reason: string, wait: number): Promise<void>;
  /** Ends the attempt. */
  move(move: Move): Promise<CompanyRow>;
}

/** The record of the attempt that `claim` holds while `held` lives. */
export function attemptRecord(
  db: Db,
  notifier: Notifier,
  { company, fencingToken }: Claim,
  held: AbortSignal,
): AttemptRecord {
  let writes = 0;
  let before: Promise<unknown> = Promise.resolve();

  /** One after the other: what is begun later is written later. */
  const move = (change: Move): Promise<CompanyRow> => {
    const moved = before.then(() => moveNext(change));
    // Whoever asked for it is told of its failure.
    before = moved.catch(() => {});
    return moved;
  };

  const moveNext = async (change: Move): Promise<CompanyRow> => {
    writes += 1;
    const number = writes;
    const moved = await retryWhileUnavailable(() => writeOnce(change, number), held);
    if (moved instanceof Interruption) throw moved;
    notifier.changed(company.id);
    return moved;
  };

  /** The number makes a repeated write known: one whose answer got lost is found, and not made twice. */
  const writeOnce = async (change: Move, number: number): Promise<CompanyRow | Interruption> => {
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
    // What the status allows is refused for a stale token, or for a cancel that no heartbeat has told yet.
    return new Interruption(
      isOurs && now.status === 'PROVISIONING' && now.cancel_requested_at ? 'cancelled' : 'lease-lost',
    );
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
      const written = await retryWhileUnavailable(write, held);
      if (written.numUpdatedRows === 0n) throw new Interruption('lease-lost');
      return planned;
    },
    async step(index, step, state, progress, how) {
      await move({
        to: 'PROVISIONING',
        event: state === 'RUNNING' ? { kind: 'STEP_STARTED', step } : { kind: 'STEP_COMPLETED', step, how },
        set: {
          progress: sql<number>`greatest(progress, ${progress}::int)`,
          retrying: null,
          steps: sql`jsonb_set(steps, ${`{${index}}`}::text[], ${stepNow(index, step, state)})`,
        },
      });
    },
    async progress(step, percent) {
      await move({
        to: 'PROVISIONING',
        event: { kind: 'STEP_PROGRESSED', step },
        set: { progress: sql<number>`greatest(progress, ${percent}::int)`, retrying: null },
      });
    },
    async retrying(step, reason, wait) {
      await move({
        to: 'PROVISIONING',
        event: { kind: 'STEP_RETRYING', step, reason },
        set: {
          retrying: sql`jsonb_build_object('reason', ${reason}::text, 'since', coalesce(retrying -> 'since', to_jsonb(now())),
            'nextTryAt', now() + ${wait} * interval '1 millisecond')`,
        },
      });
    },
  };
}

/** A step's record as of now; it keeps the time of its start when it ends. */
const stepNow = (index: number, { name, title }: SiteStep, state: 'RUNNING' | 'DONE') => {
  const record = sql`jsonb_build_object('name', ${name}::text, 'title', ${title}::text, 'state', ${state}::text)`;
  return state === 'RUNNING'
    ? sql`${record} || jsonb_build_object('startedAt', now())`
    : sql`${record} || jsonb_build_object('startedAt', steps -> ${index}::int -> 'startedAt', 'finishedAt', now())`;
};
