import { type ExpressionBuilder, sql } from 'kysely';
import type { Moment } from '../company/health.ts';
import { type Db, inMilliseconds, now, type Tables } from '../company/tables.ts';

/** A worker whose heartbeat is recent. */
export interface LiveWorker {
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly lateLoops: readonly string[];
}

/** How long a worker counts as living after a heartbeat, in milliseconds: longer than it takes to start a replacement. */
const lifetime = 15_000;

const isAlive = (worker: ExpressionBuilder<Tables, 'worker'>) => worker('alive_until', '>', now);

/** Records a worker's heartbeat, `age` milliseconds after its start. A new worker reuses the row of a dead one. */
export async function recordHeartbeat(
  db: Db,
  { name, age, lateLoops }: { readonly name: string; readonly age: number; readonly lateLoops: readonly string[] },
): Promise<void> {
  const life = { seen_at: now, alive_until: inMilliseconds(lifetime), late_loops: [...lateLoops] };
  const shown = await db.updateTable('worker').set(life).where('name', '=', name).executeTakeFirst();
  if (shown.numUpdatedRows > 0n) return;

  const arrival = { name, started_at: inMilliseconds(-age), ...life };
  const replaced = await db
    .updateTable('worker')
    .set(arrival)
    .where('name', '=', (worker) =>
      worker
        .selectFrom('worker')
        .select('name')
        .where((gone) => gone.not(isAlive(gone)))
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .executeTakeFirst();
  if (replaced.numUpdatedRows > 0n) return;
  await db
    .insertInto('worker')
    .values(arrival)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The living workers, oldest first, at most `limit`. */
export async function findWorkers(db: Db, limit: number): Promise<{ workers: LiveWorker[]; workerCount: number }> {
  const rows = await db
    .selectFrom('worker')
    .select(['name', 'started_at as startedAt', 'seen_at as seenAt', 'late_loops as lateLoops'])
    .select(sql<number>`(count(*) over ())::int`.as('count'))
    .where(isAlive)
    .orderBy('started_at')
    .limit(limit)
    .execute();
  return { workers: rows.map(({ count: _, ...worker }) => worker), workerCount: rows[0]?.count ?? 0 };
}

/** No worker lives; a condition for any query. */
export const noWorkerLives = sql<boolean>`not exists (select from worker where alive_until > now())`;

/** How long an answer is shared, in milliseconds. */
const momentLasts = 1_000;

/** PostgreSQL's time and whether a worker lives, read at most once a second. */
export function openMoments(db: Db): () => Promise<Moment> {
  let known: { readonly askedAt: number; readonly answer: Promise<Moment> } | undefined;

  const read = async (): Promise<Moment> => {
    const { rows } = await sql<Moment>`select now() as now, not ${noWorkerLives} as "workerLives"`.execute(db);
    if (!rows[0]) throw new Error('PostgreSQL does not say what time it is.');
    return rows[0];
  };

  return async () => {
    const time = performance.now();
    if (!known || time - known.askedAt > momentLasts) {
      const answer = read();
      known = { askedAt: time, answer };
      // The next call reads again.
      answer.catch(() => {
        known = undefined;
      });
    }
    const { askedAt, answer } = known;
    const { now: then, workerLives } = await answer;
    return { now: new Date(then.getTime() + performance.now() - askedAt), workerLives };
  };
}
