import BeeQueue from 'bee-queue';
import type { Log } from '../src/log.ts';

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

export interface JobQueue<Payload> {
  /** Adds a job unless one of this id waits or runs already. Failing is logged, and nobody waits for it. */
  add(id: string, payload: Payload): void;
  close(): Promise<void>;
}

export function openJobQueue<Payload>(name: string, redisUrl: string, log: Log): JobQueue<Payload> {
  const queue = new BeeQueue<Payload>(name, { ...settings, redis: connection(redisUrl), isWorker: false });
  const adding = new Set<string>();
  reportErrors(queue, log);

  const save = async (id: string, payload: Payload): Promise<void> => {
    const job = queue.createJob(payload).setId(id);
    try {
      await job.save();
    } catch (error) {
      if (!scriptsAreGone(error)) throw error;
      await loadScripts(name, redisUrl);
      await job.save();
    }
  };

  return {
    add(id, payload) {
      if (adding.has(id)) return;
      adding.add(id);
      save(id, payload)
        .catch((error: Error) =>
          log.warn({ queue: name, job: id, err: error.message }, 'not rung; the reconciler will'),
        )
        .finally(() => adding.delete(id));
    },
    close: () => queue.close(closeLimit),
  };
}

export interface JobWorker {
  /** Takes no more jobs and waits a while for those that run. */
  close(): Promise<void>;
}

/** Handles the queue's jobs, `concurrency` at a time. What the handler throws is logged; the database knows what is left to do. */
export function openJobWorker<Payload>(
  name: string,
  redisUrl: string,
  concurrency: number,
  handle: (payload: Payload) => Promise<void>,
  log: Log,
): JobWorker {
  const queue = new BeeQueue<Payload>(name, { ...settings, redis: connection(redisUrl), isWorker: true });
  reportErrors(queue, log, () => loadScripts(name, redisUrl));
  queue.process(concurrency, async ({ id, data }) => {
    try {
      await handle(data);
    } catch (error) {
      log.error(
        { queue: name, job: id, err: error },
        'job failed; the reconciler will ring again if something is left',
      );
    }
  });
  queue.checkStalledJobs(stallCheck);
  return { close: () => queue.close(closeLimit) };
}

const stallCheck = 5_000;
const closeLimit = 8_000;

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
