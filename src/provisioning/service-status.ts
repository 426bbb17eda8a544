import { type Expression, type ExpressionBuilder, type NotNull, type SqlBool, sql } from 'kysely';
import { type CompanyRow, type Db, now, type Tables } from '../company/tables.ts';
import { waits } from './lease.ts';
import { findWorkers, type LiveWorker, noWorkerLives } from './live-workers.ts';

/** What waits for workers and what they are doing, as PostgreSQL sees it now. All ages are by its clock. */
export type ServiceStatus = Queue & Work & Workforce;

interface Queue {
  /** How many companies wait for a worker. */
  readonly waiting: number;
  /** When the longest waiting company was queued or lost by its worker; null when none waits. */
  readonly oldestWaitingSince: Date | null;
  readonly oldestWaitingSeconds: number | null;
  /** How many of them are stalled (src/company/health.ts): all when no worker lives, otherwise those whose lease expired. */
  readonly stalled: number;
}

interface Work {
  /** The attempts that a worker owns, longest first, at most `mostListed`. */
  readonly running: readonly RunningAttempt[];
  /** How many there are in total. */
  readonly runningCount: number;
}

interface Workforce {
  /** The living workers, at most `mostListed`. */
  readonly workers: readonly LiveWorker[];
  readonly workerCount: number;
}

/** An attempt that a worker owns by a lease that has not expired. */
export interface RunningAttempt {
  readonly company: CompanyRow;
  readonly worker: string;
  /** How often the attempt was claimed, including this claim. */
  readonly claims: number;
  readonly heldSince: Date;
  readonly leasedUntil: Date;
  readonly deadlineAt: Date;
  readonly leaseAgeSeconds: number;
  readonly leaseSecondsLeft: number;
}

/** The most attempts, and the most workers, that are listed. */
export const mostListed = 100;

export async function readServiceStatus(db: Db): Promise<ServiceStatus> {
  const [queue, work, workforce] = await Promise.all([readQueue(db), readWork(db), findWorkers(db, mostListed)]);
  return { ...queue, ...work, ...workforce };
}

/** A company waits since it was queued; one that its worker lost, since its lease expired. */
const waitingSince = sql<Date>`min(greatest(queued_at, leased_until))`;

export const readQueue = (db: Db): Promise<Queue> =>
  db
    .selectFrom('company')
    .select([
      sql<number>`count(*)::int`.as('waiting'),
      sql<Date | null>`${waitingSince}`.as('oldestWaitingSince'),
      sql<number | null>`extract(epoch from now() - ${waitingSince})::float`.as('oldestWaitingSeconds'),
      sql<number>`(count(*) filter (where leased_until is not null or ${noWorkerLives}))::int`.as('stalled'),
    ])
    .where(waits)
    .executeTakeFirstOrThrow();

/** The attempts that a worker owns, counted. Both ages are undefined when there are none. */
export interface RunningCount {
  readonly runningCount: number;
  readonly oldestLeaseSeconds: number | undefined;
  readonly leastLeaseSecondsLeft: number | undefined;
}

export async function countRunning(db: Db): Promise<RunningCount> {
  const { count, oldest, left } = await db
    .selectFrom('company')
    .select([
      sql<number>`count(*)::int`.as('count'),
      sql<number | null>`extract(epoch from now() - min(leased_since))::float`.as('oldest'),
      sql<number | null>`extract(epoch from min(leased_until) - now())::float`.as('left'),
    ])
    .where(isRunning)
    .executeTakeFirstOrThrow();
  return { runningCount: count, oldestLeaseSeconds: oldest ?? undefined, leastLeaseSecondsLeft: left ?? undefined };
}

const isRunning = (company: ExpressionBuilder<Tables, 'company'>): Expression<SqlBool> =>
  company.and([company('status', '=', 'PROVISIONING'), company('leased_until', '>=', now)]);

/** A claim sets these together. */
interface Held {
  leased_by: NotNull;
  leased_since: NotNull;
  leased_until: NotNull;
  deadline_at: NotNull;
}

async function readWork(db: Db): Promise<Work> {
  const held = await db
    .selectFrom('company')
    .selectAll()
    .select([
      sql<number>`extract(epoch from now() - leased_since)::float`.as('lease_age'),
      sql<number>`extract(epoch from leased_until - now())::float`.as('lease_left'),
      sql<number>`(count(*) over ())::int`.as('held_in_all'),
    ])
    .where(isRunning)
    .orderBy('leased_since')
    .limit(mostListed)
    .$narrowType<Held>()
    .execute();
  return {
    running: held.map((company) => ({
      company,
      worker: company.leased_by,
      claims: company.claims,
      heldSince: company.leased_since,
      leasedUntil: company.leased_until,
      deadlineAt: company.deadline_at,
      leaseAgeSeconds: company.lease_age,
      leaseSecondsLeft: company.lease_left,
    })),
    runningCount: held[0]?.held_in_all ?? 0,
  };
}
