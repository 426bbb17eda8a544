import type { RedisServer } from '../redis/redis-server.ts';
import type { AddUp } from './request-counts.ts';

export interface SharedCounts {
  readonly addUp: AddUp;
  close(): void;
}

/** How long Redis keeps a minute's counts, in seconds: until the clock of every process shows another minute. */
const keptFor = 120;

/** Adds up in Redis, in one round trip for all owners. Rejects when Redis refuses; that it is unavailable is reported elsewhere. */
export function openSharedCounts(redis: RedisServer): SharedCounts {
  const connection = redis.connect({ waits: false });
  return {
    async addUp(minute, counts) {
      if (connection.status !== 'ready') return new Map();
      const commands = connection.pipeline();
      for (const [owner, count] of counts) {
        // The rights that REDIS_URL's user needs are those on the queues' keys, `bq:*`.
        const key = `bq:${redis.namespace}:requests:${minute}:${owner}`;
        commands.set(key, 0, 'EX', keptFor, 'NX').incrby(key, count);
      }
      const answers = (await commands.exec()) ?? [];
      const refusal = answers.find(([error]) => error)?.[0];
      if (refusal) throw refusal;
      return new Map([...counts.keys()].map((owner, index) => [owner, Number(answers[2 * index + 1]?.[1] ?? 0)]));
    },
    close: () => connection.disconnect(),
  };
}
