import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import BeeQueue from 'bee-queue';
import type { Redis, RedisServer } from '../src/redis/redis-server.ts';

export type Queue = BeeQueue<object>;

/**
 * bee-queue as a notifier: a job says "look at this company", and the database says what there is to do. Jobs may be lost or
 * duplicated: the reconciler enqueues again, and only one claim succeeds. So a job is neither retried nor timed out here (an
 * attempt has its deadline in the database), and is removed once it was handled.
 */
const settings = {
  removeOnSuccess: true,
  removeOnFailure: true,
  getEvents: false,
  sendEvents: false,
  storeJobs: false,
} as const;

/** The prefix of bee-queue’s keys, with the deployment’s id: other deployments may have queues of the same names. */
export const queuePrefix = ({ namespace }: Pick<RedisServer, 'namespace'>): string => `bq:${namespace}`;

const pauseBetweenOpenings = 1_000;
/** How long bee-queue may take to report finished jobs to Redis, in milliseconds: nothing is lost when it cannot. */
const closeLimit = 2_000;

export interface OpenQueue {
  /** Resolves once Redis is available; rejects when the queue is closed before. */
  readonly ready: Promise<ReadyQueue>;
  /** Takes no more jobs. */
  close(): Promise<void>;
}

export interface ReadyQueue {
  readonly queue: Queue;
  /** The connection of its commands. */
  readonly redis: Redis;
}

export interface QueueOptions {
  readonly isWorker: boolean;
  /** Called with every connection error; without it such an error would end the process. */
  readonly onError: (error: Error) => void;
}

/** Opens a queue. One that lost Redis while opening would never work: it is replaced. */
export function openQueue(name: string, server: RedisServer, { isWorker, onError }: QueueOptions): OpenQueue {
  const closing = new AbortController();
  let opened: ReadyQueue | undefined;
  let opening: Redis | undefined;

  const begin = async (): Promise<ReadyQueue> => {
    const redis = server.connect();
    opening = redis;
    try {
      if (redis.status !== 'ready') await once(redis, 'ready', { signal: closing.signal });
      const queue: Queue = new BeeQueue(name, {
        ...settings,
        prefix: queuePrefix(server),
        redis: clientOf(redis, server),
        isWorker,
      });
      queue.on('error', (error) => {
        // bee-queue doubles the pause after each failed pop, without bound.
        Object.assign(queue, { _redisFailureRetryDelay: 0 });
        onError(error);
      });
      await queue.ready();
      return { queue, redis };
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  };
  const untilReady = async (): Promise<ReadyQueue> => {
    for (;;) {
      try {
        opened = await begin();
        closing.signal.throwIfAborted();
        return opened;
      } catch (error) {
        closing.signal.throwIfAborted();
        onError(error instanceof Error ? error : new Error(String(error)));
        await pause(pauseBetweenOpenings, undefined, { signal: closing.signal });
      }
    }
  };
  const ready = untilReady();
  // Callers that await it get the error; there may be none.
  ready.catch(() => {});
  return {
    ready,
    async close() {
      closing.abort(new Error('Closed before it was open.'));
      if (!opened) return opening?.disconnect();
      const { queue, redis } = opened;
      await Promise.race([queue.close(closeLimit), pause(closeLimit, undefined, { ref: false })]).catch(onError);
      redis.disconnect();
    },
  };
}

/**
 * The connection as bee-queue takes it: it knows an ioredis client by its constructor’s name, which ioredis’ mixins have
 * overwritten, and the second connection of a worker, which waits for jobs, must be the server’s as well.
 */
const clientOf = (redis: Redis, server: RedisServer) =>
  // bee-queue’s types know the clients of `redis` 3 alone; its code takes ioredis’ too, and uses what both have.
  Object.assign(redis, { constructor: RedisClient, duplicate: () => server.connect() }) as unknown as NonNullable<
    BeeQueue.QueueSettings['redis']
  >;

class RedisClient {}

/** Redis forgets scripts with a restart, a fail-over or SCRIPT FLUSH, and bee-queue loads them only when a queue opens (#147). */
export const scriptsAreGone = (error: unknown): boolean => error instanceof Error && /NOSCRIPT/.test(error.message);

export async function loadScripts(name: string, server: RedisServer, onError: (error: Error) => void): Promise<void> {
  const queue = openQueue(name, server, { isWorker: false, onError });
  await queue.ready;
  await queue.close();
}
