import { randomUUID } from 'node:crypto';
import type { RedisServer } from '../src/redis/redis-server.ts';
import { loadScripts, openQueue, queuePrefix, scriptsAreGone } from './open-queue.ts';

export interface QueueProbe {
  /** Enqueues a job of its own, takes it and removes it, as companies’ jobs are. Rejects when Redis does not let it. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** How long a job may take to come back, in seconds. */
const popLimit = 1;

export function openQueueProbe(server: RedisServer): QueueProbe {
  const name = `probe-${randomUUID()}`;
  const key = (part: string): string => `${queuePrefix(server)}:${name}:${part}`;
  let onError = (_error: Error): void => {};
  const { ready, close } = openQueue(name, server, { isWorker: false, onError: (error) => onError(error) });

  const useQueue = async (): Promise<void> => {
    const { queue, redis } = await ready;
    const job = queue.createJob({}).setId(randomUUID());
    await job.save().catch(async (error) => {
      if (!scriptsAreGone(error)) throw error;
      await loadScripts(name, server, onError);
      await job.save();
    });
    await redis.brpoplpush(key('waiting'), key('active'), popLimit);
    await redis.multi().del(key('active')).hdel(key('jobs'), job.id).exec();
  };
  return {
    async probe() {
      const failure = Promise.withResolvers<never>();
      onError = failure.reject;
      await Promise.race([useQueue(), failure.promise]);
    },
    close,
  };
}
