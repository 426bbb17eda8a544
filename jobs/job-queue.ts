import { randomUUID } from 'node:crypto';
import BeeQueue from 'bee-queue';
import type { CompanyId } from '../src/company/company-id.ts';
import type { Log } from '../src/log.ts';
import type { Metrics } from '../src/metrics.ts';
import { type CompanyJob, parseCompanyJob } from './company-job.ts';

/**
 * bee-queue as a doorbell: a job says "look at this company", and the database says what there is to do.
 * A job may get lost or come twice; the reconciler rings again and a claim is given once. So a job is neither retried
 * nor timed out here (an attempt has its deadline in the database), and is forgotten once it was handled.
 */
const settings = {
  removeOnSuccess: true,
  removeOnFailure: true,
  getEvents: false,
  sendEvents: false,
  storeJobs: false,
} as const;

/** Connects again for ever; bee-queue's client gives up after an hour otherwise. */
const connection = (url: string) => ({
  url,
  retry_strategy: ({ attempt }: { attempt: number }) => Math.min(50 * 2 ** attempt, 2_000),
});

export interface JobQueue {
  /** Adds a job for the company. Failing is logged, and nobody waits for it. */
  add(companyId: CompanyId): void;
  close(): Promise<void>;
}

export function openJobQueue(name: string, redisUrl: string, metrics: Metrics, log: Log): JobQueue {
  const queue = new BeeQueue<CompanyJob>(name, { ...settings, redis: connection(redisUrl), isWorker: false });
  const adding = new Set<CompanyId>();
  reportErrors(queue, log);

  const save = async (companyId: CompanyId): Promise<void> => {
    // An id of its own: bee-queue drops a job whose id it knows, even from a queue that Redis has evicted.
    const job = queue.createJob({ companyId }).setId(randomUUID());
    try {
      await job.save();
    } catch (error) {
      if (!scriptsAreGone(error)) throw error;
      await loadScripts(name, redisUrl);
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
    close: () => queue.close(closeLimit),
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
  const queue = new BeeQueue<CompanyJob>(name, { ...settings, redis: connection(redisUrl), isWorker: true });
  reportErrors(queue, log, () => loadScripts(name, redisUrl));
  queue.process(concurrency, async ({ id, data }) => {
    try {
      await handle(parseCompanyJob(data).companyId);
    } catch (error) {
      log.error(
        { queue: name, job: id, err: error },
        'job failed; the reconciler will ring again if something is left',
      );
    }
  });
  queue.checkStalledJobs(stallCheck);
  return {
    async unrung(companyIds) {
      if (companyIds.length === 0) return [];
      const jobs = await inTime(queue.getJobs('waiting', { start: 0, end: -1 }));
      const rung = new Set(jobs.map(({ data }) => data.companyId));
      return companyIds.filter((id) => !rung.has(id));
    },
    close: () => queue.close(closeLimit),
  };
}

const stallCheck = 5_000;
const closeLimit = 8_000;
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

/** Redis forgets scripts with a restart, a fail-over or SCRIPT FLUSH, and bee-queue loads them only when a queue opens (#147). */
const scriptsAreGone = (error: unknown): boolean => error instanceof Error && /NOSCRIPT/.test(error.message);

async function loadScripts(name: string, redisUrl: string): Promise<void> {
  const queue = new BeeQueue(name, { ...settings, redis: connection(redisUrl), isWorker: false });
  await queue.ready();
  await queue.close(closeLimit);
}

/** Without a listener a Redis that blinks would end the process. */
function reportErrors(queue: BeeQueue, log: Log, onScriptsGone?: () => Promise<void>): void {
  const report = (error: Error): void => log.warn({ queue: queue.name, err: error.message }, 'queue is disturbed');
  queue.ready().catch(report);
  queue.on('error', (error) => {
    report(error);
    if (onScriptsGone && scriptsAreGone(error)) onScriptsGone().catch(report);
  });
}
