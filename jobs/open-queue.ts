import { setTimeout as pause } from 'node:timers/promises';
import BeeQueue from 'bee-queue';
import type { CompanyJob } from './company-job.ts';

export type Queue = BeeQueue<CompanyJob>;

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

const pauseBetweenOpenings = 500;
/** How long bee-queue may take to tell Redis that its jobs are done: nothing is lost when one that is away does not hear of it. */
const closeLimit = 2_000;

export interface OpenQueue {
  /** Once Redis is there; rejects when it is closed before. */
  readonly ready: Promise<Queue>;
  /** Takes no more jobs. */
  close(): Promise<void>;
}

/**
 * Opens a queue. One that lost Redis just while it opened would never work: another is opened in its place.
 * `onError` hears of every disturbance; without a listener a Redis that blinks would end the process.
 */
export function openQueue(
  name: string,
  redisUrl: string,
  { isWorker, onError }: { isWorker: boolean; onError: (error: Error) => void },
): OpenQueue {
  const begin = (): Queue => {
    const queue = new BeeQueue<CompanyJob>(name, { ...settings, redis: connection(redisUrl), isWorker });
    return queue.on('error', onError);
  };
  let queue = begin();
  let isOpen = true;
  const untilReady = async (): Promise<Queue> => {
    for (;;) {
      try {
        await queue.ready();
        if (isOpen) return queue;
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
        await pause(pauseBetweenOpenings);
      }
      if (!isOpen) throw new Error('Closed before it was open.');
      queue = begin();
    }
  };
  const ready = untilReady();
  // Whoever awaits it hears of it; nobody may.
  ready.catch(() => {});
  return {
    ready,
    close() {
      isOpen = false;
      const closed = queue.close(closeLimit);
      return Promise.race([closed, pause(closeLimit, undefined, { ref: false })]).catch(onError);
    },
  };
}

/** Redis forgets scripts with a restart, a fail-over or SCRIPT FLUSH, and bee-queue loads them only when a queue opens (#147). */
export const scriptsAreGone = (error: unknown): boolean => error instanceof Error && /NOSCRIPT/.test(error.message);

export async function loadScripts(name: string, redisUrl: string, onError: (error: Error) => void): Promise<void> {
  const queue = openQueue(name, redisUrl, { isWorker: false, onError });
  await queue.ready;
  await queue.close();
}
