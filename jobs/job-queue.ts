import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openSlots } from '../src/common/slots.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { type Log, logOnChange } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import type { RedisServer } from '../src/redis/redis-server.ts';
import { RedisUnavailable } from '../src/redis/redis-unavailable.ts';
import { parseCompanyJob } from './company-job.ts';
import { loadScripts, openQueue, scriptsAreGone } from './open-queue.ts';

export interface JobQueue {
  /** Enqueues a job for the company. A failure is logged, and nobody waits for it. */
  add(companyId: CompanyId): void;
  close(): Promise<void>;
}

export function openJobQueue(name: string, server: RedisServer, metrics: Metrics, log: Log): JobQueue {
  const onError = logErrors(name, log);
  const { ready, close } = openQueue(name, server, { isWorker: false, onError });
  const reportLost = logOnChange((err) =>
    log.warn({ queue: name, err }, 'could not enqueue; the reconciler will retry'),
  );
  const adding = new Set<CompanyId>();

  const save = async (companyId: CompanyId): Promise<void> => {
    const { queue } = await ready;
    // A random id: bee-queue drops a job with a known id, even from a queue that Redis has evicted.
    const job = queue.createJob({ companyId }).setId(randomUUID());
    try {
      await job.save();
    } catch (error) {
      if (!scriptsAreGone(error)) throw error;
      await loadScripts(name, server, onError);
      await job.save();
    }
  };

  return {
    add(companyId) {
      if (adding.has(companyId)) return;
      adding.add(companyId);
      save(companyId)
        .then(
          () => metrics.jobEnqueued(name, 'enqueued'),
          (error: Error) => {
            metrics.jobEnqueued(name, 'lost');
            reportLost(error.message);
          },
        )
        .finally(() => adding.delete(companyId));
    },
    close,
  };
}

/** `Other`: what else than companies can be handled, though no job is about it. */
export interface JobWorker<Other = never> {
  /**
   * Those of the companies for which no job waits; none while more than `mostCompared` jobs wait, which workers handle
   * first. Rejects when Redis does not answer in time.
   */
  withoutJob(companyIds: readonly CompanyId[]): Promise<readonly CompanyId[]>;
  /** Handles the first of these without a job, as many as there is room for now. */
  takeUp(ids: readonly (CompanyId | Other)[]): void;
  /** Takes no more jobs and waits a while for the running ones. */
  close(): Promise<void>;
}

/** Handles the queue's jobs, `concurrency` at a time. What a handler throws is logged; the database knows what is left to do. */
export function openJobWorker<Other = never>(
  name: string,
  server: RedisServer,
  concurrency: number,
  handle: (id: CompanyId | Other) => Promise<void>,
  log: Log,
): JobWorker<Other> {
  const report = logErrors(name, log);
  const onError = (error: Error): void => {
    report(error);
    if (scriptsAreGone(error)) loadScripts(name, server, report).catch(report);
  };
  const { ready, close } = openQueue(name, server, { isWorker: true, onError });
  const slots = openSlots(concurrency);
  const running = new Set<Promise<void>>();
  let open = true;

  const run = async (handleOne: () => Promise<void>): Promise<void> => {
    const work = slots.run(async () => {
      try {
        await handleOne();
      } catch (error) {
        log.error({ queue: name, err: error }, 'job failed; the reconciler will retry');
      }
    });
    running.add(work);
    await work;
    running.delete(work);
  };
  const work = async (): Promise<void> => {
    const { queue } = await ready;
    while (open && !(await queue.checkStalledJobs().then(() => true, onError)))
      await pause(stallCheck, undefined, { ref: false });
    // bee-queue begins with a check of its own, and would never wait for a job if that one failed: ours has just succeeded.
    Object.assign(queue, { _doStalledJobCheck: async () => 0 });
    queue.process(concurrency, ({ data }) => run(async () => handle(parseCompanyJob(data).companyId)));
    Reflect.deleteProperty(queue, '_doStalledJobCheck');
    // It checks now and every few seconds.
    await queue.checkStalledJobs(stallCheck);
  };
  work().catch((error) => open && onError(error));
  return {
    async withoutJob(companyIds) {
      if (companyIds.length === 0) return [];
      const jobs = await inTime(ready.then(({ queue }) => queue.getJobs('waiting', { start: 0, end: mostCompared })));
      if (jobs.length > mostCompared) return [];
      const withJob = new Set(jobs.map(({ data }) => parseCompanyJob(data).companyId));
      return companyIds.filter((id) => !withJob.has(id));
    },
    takeUp(ids) {
      for (const id of ids.slice(0, slots.free)) void run(() => handle(id));
    },
    async close() {
      open = false;
      await Promise.all([close(), Promise.race([Promise.all(running), pause(runLimit, undefined, { ref: false })])]);
    },
  };
}

/** How many waiting jobs are read to learn which companies have none. */
const mostCompared = 1_000;
/** How long a running job may take to end at a shutdown, in milliseconds. */
const runLimit = 6_000;
const stallCheck = 5_000;
const answerLimit = 2_000;

/** A command waits for an unavailable Redis, and is answered once it is back. */
async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('Redis does not answer.')), answerLimit);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function logErrors(name: string, log: Log): (error: Error) => void {
  const report = logOnChange((err) => log.warn({ queue: name, err }, 'queue connection error'));
  return (error) => report(new RedisUnavailable(error).message);
}
