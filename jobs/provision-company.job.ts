import type { CompanyId } from '../src/company/company-id.ts';
import { turnLimit } from '../src/observability/liveness.ts';
import type { Log } from '../src/observability/log.ts';
import type { AttemptDeps } from '../src/provisioning/attempt.ts';
import { findAbandoned, findNextTurn } from '../src/provisioning/queue.ts';
import { runAttempt } from '../src/provisioning/run-attempt.ts';
import type { RedisServer } from '../src/redis/redis-server.ts';
import { type JobWorker, openJobWorker } from './job-queue.ts';

/** The queue of long work: an attempt may take up to its deadline, 600 s by default. */
export const provisionQueue = 'long';

/** Provisions one waiting company for each job; closing releases those under way. */
export function openProvisionWorker(
  deps: AttemptDeps,
  options: { redis: RedisServer; concurrency: number; attemptsAtOnce: number; log: Log },
): JobWorker {
  const shutdown = new AbortController();
  const { signal } = shutdown;

  /**
   * A job says that one more company waits, not which one is next. A company that lost its worker has had its turn already:
   * it comes before all that were queued since. Queued companies are taken by turns.
   */
  const provision = async (): Promise<void> => {
    await provisionNext(findAbandoned);
    await provisionNext((db) => findNextTurn(db, options.attemptsAtOnce));
  };

  /** Looks again when another worker was faster, until one is claimed or none is left. */
  const provisionNext = async (find: typeof findAbandoned): Promise<void> => {
    while (!signal.aborted) {
      const next = await findInTime(find);
      if (!next || (await runAttempt(deps, next, signal))) return;
    }
  };

  const findInTime = async (find: typeof findAbandoned): Promise<CompanyId | undefined> => {
    using _claim = deps.liveness.watch('claim', turnLimit);
    return await find(deps.db);
  };

  const worker = openJobWorker(provisionQueue, options.redis, options.concurrency, provision, options.log);
  return {
    ...worker,
    close() {
      shutdown.abort();
      return worker.close();
    },
  };
}
