import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CompanyId } from '../src/company/company-id.ts';
import type { Log } from '../src/log.ts';
import type { Metrics } from '../src/metrics.ts';
import { parseCompanyJob } from './company-job.ts';
import { loadScripts, openQueue, scriptsAreGone } from './open-queue.ts';

export interface JobQueue {
  /** Adds a job for the company. Failing is logged, and nobody waits for it. */
  add(companyId: CompanyId): void;
  close(): Promise<void>;
}

export function openJobQueue(name: string, redisUrl: string, metrics: Metrics, log: Log): JobQueue {
  const onError = disturbed(name, log);
  const { ready, close } = openQueue(name, redisUrl, { isWorker: false, onError });
  const adding = new Set<CompanyId>();

  const save = async (companyId: CompanyId): Promise<void> => {
    const queue = await ready;
    // An id of its own: bee-queue drops a job whose id it knows, even from a queue that Redis has evicted.
    const job = queue.createJob({ companyId }).setId(randomUUID());
    try {
      await job.save();
    } catch (error) {
      if (!scriptsAreGone(error)) throw error;
      await loadScripts(name, redisUrl, onError);
      await job.save();
    }
  };

  return {
    add(companyId) {
      if (adding.has(companyId)) return;
      adding.add(companyId);
      save(companyId)
        .then(
          () => metrics.rung(name, 'rung'),
          (error: Error) => {
            metrics.rung(name, 'lost');
            log.warn({ queue: name, companyId, err: error.message }, 'not rung; the reconciler will');
          },
        )
        .finally(() => adding.delete(companyId));
    },
    close,
  };
}

export interface JobWorker {
  /** Those of the companies for which no job waits. Rejects when Redis does not answer in time. */
  unrung(companyIds: readonly CompanyId[]): Promise<readonly CompanyId[]>;
  /** Takes no more jobs and waits a while for those that run. */
  close(): Promise<void>;
}

/** Handles the queue's jobs, `concurrency` at a time. What the handler throws is logged; the database knows what is left to do. */
export function openJobWorker(
  name: string,
  redisUrl: string,
  concurrency: number,
  handle: (companyId: CompanyId) => Promise<void>,
  log: Log,
): JobWorker {
  const report = disturbed(name, log);
  const onError = (error: Error): void => {
    report(error);
    if (scriptsAreGone(error)) loadScripts(name, redisUrl, report).catch(report);
  };
  const { ready, close } = openQueue(name, redisUrl, { isWorker: true, onError });
  const running = new Set<Promise<void>>();

  const run = async (id: string, payload: unknown): Promise<void> => {
    try {
      await handle(parseCompanyJob(payload).companyId);
    } catch (error) {
      log.error(
        { queue: name, job: id, err: error },
        'job failed; the reconciler will ring again if something is left',
      );
    }
  };
  const work = async (): Promise<void> => {
    const queue = await ready;
    queue.process(concurrency, async ({ id, data }) => {
      const job = run(id, data);
      running.add(job);
      await job;
      running.delete(job);
    });
    // It looks now and every few seconds.
    await queue.checkStalledJobs(stallCheck);
  };
  work().catch(onError);
  return {
    async unrung(companyIds) {
      if (companyIds.length === 0) return [];
      const jobs = await inTime(ready.then((queue) => queue.getJobs('waiting', { start: 0, end: -1 })));
      const rung = new Set(jobs.map(({ data }) => data.companyId));
      return companyIds.filter((id) => !rung.has(id));
    },
    async close() {
      await Promise.all([close(), Promise.race([Promise.all(running), pause(runLimit, undefined, { ref: false })])]);
    },
  };
}

/** How long a job that is told to end may take, in milliseconds. */
const runLimit = 6_000;
const stallCheck = 5_000;
const answerLimit = 2_000;

/** bee-queue's client keeps commands for a Redis that is away, and answers them once it is back. */
async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('Redis does not answer.')), answerLimit);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

const disturbed =
  (name: string, log: Log) =>
  (error: Error): void =>
    log.warn({ queue: name, err: error.message }, 'queue is disturbed');
