import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import type { CompanyId } from '../company/company-id.ts';
import type { Log } from '../log.ts';

/** Word among processes that a company has a new event. Word may get lost; whoever listens reads the truth elsewhere. */
export interface CompanyChannel {
  announce(id: CompanyId): void;
  /**
   * Calls `onWord` for every announcement, and after every reconnect, since word may have been lost before it.
   * Listening begins some time after the call, and `onWord` is called then as well. Returns its end.
   */
  listen(id: CompanyId, onWord: () => void): () => void;
  /** Resolves when Redis answered. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const topicOf = (id: CompanyId): string => `company:${id}`;

/** The channel on the Redis server at `url`. While the server is away nothing is announced and nobody waits for it. */
export function openCompanyChannel(url: string, log: Log): CompanyChannel {
  const options = {
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(50 * 2 ** times, 2_000),
  };
  const publisher = new Redis(url, { ...options, enableOfflineQueue: false, commandTimeout: 5_000 });
  const subscriber = new Redis(url, options);
  const pubsub = new RedisPubSub({ publisher, subscriber });
  const listeners = new Set<() => void>();

  for (const connection of [publisher, subscriber]) {
    connection.on('error', (error: Error) => log.warn({ err: error.message }, 'Redis is away; trying again'));
  }
  // ioredis subscribes again by itself; what was published meanwhile is lost.
  subscriber.on('ready', () => {
    for (const onWord of listeners) onWord();
  });

  const missed = new Set<CompanyId>();
  const announce = (id: CompanyId): void => {
    pubsub.publish(topicOf(id), '').catch((error: Error) => {
      missed.add(id);
      log.warn({ companyId: id, err: error.message }, 'not announced; it will be once Redis is back');
    });
  };
  publisher.on('ready', () => {
    const again = [...missed];
    missed.clear();
    again.forEach(announce);
  });

  return {
    announce,
    listen(id, onWord) {
      listeners.add(onWord);
      const subscription = pubsub.subscribe(topicOf(id), onWord);
      subscription.then(onWord, (error: Error) => log.warn({ companyId: id, err: error.message }, 'not listening'));
      return () => {
        listeners.delete(onWord);
        subscription
          .then((number) => pubsub.unsubscribe(number))
          .catch(() => {
            // It was never subscribed, or the channel is closed: there is nothing to end.
          });
      };
    },
    async ping() {
      await publisher.ping();
    },
    async close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
