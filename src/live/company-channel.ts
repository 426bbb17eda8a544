import { randomUUID } from 'node:crypto';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { CompanyId } from '../company/company-id.ts';
import type { Log } from '../observability/log.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { sureSubscriber } from './sure-subscriber.ts';

/** Word among processes that a company has a new event. Word may get lost; whoever listens reads the truth elsewhere. */
export interface CompanyChannel {
  announce(id: CompanyId): void;
  /**
   * Calls `onWord` for every announcement, and after every reconnect, since word may have been lost before it.
   * Listening begins some time after the call, and `onWord` is called then as well. Returns its end.
   */
  listen(id: CompanyId, onWord: () => void): () => void;
  /** Calls everybody who listens: word may have been lost. */
  stir(): void;
  /** Resolves once an announcement of its own came back. */
  tryOut(): Promise<void>;
  close(): Promise<void>;
}

/** The channel on a Redis server. While the server is away nothing is announced and nobody waits for it. */
export function openCompanyChannel(redis: RedisServer, log: Log): CompanyChannel {
  const topicOf = (id: CompanyId): string => `company:${redis.namespace}:${id}`;
  const publisher = redis.connect({ waits: false });
  let refusal: Error | undefined;
  const subscriber = sureSubscriber(redis.connect(), (outcome) => {
    refusal = outcome;
  });
  const pubsub = new RedisPubSub({ publisher, subscriber });
  const listeners = new Set<() => void>();
  const stir = (): void => {
    for (const onWord of listeners) onWord();
  };
  // ioredis subscribes again by itself; what was published meanwhile is lost.
  subscriber.on('ready', stir);

  const missed = new Set<CompanyId>();
  const announce = (id: CompanyId): void => {
    pubsub.publish(topicOf(id), '').catch((error: Error) => {
      missed.add(id);
      log.warn({ companyId: id, err: error.message }, 'not announced; it will be once Redis is back');
    });
  };
  const announceMissed = (): void => {
    const again = [...missed];
    missed.clear();
    again.forEach(announce);
  };
  publisher.on('ready', announceMissed);

  const echoTopic = `company:echo-${randomUUID()}`;
  let echo = Promise.withResolvers<void>();
  let echoing: Promise<unknown> | undefined;

  return {
    announce,
    listen(id, onWord) {
      listeners.add(onWord);
      const subscription = pubsub.subscribe(topicOf(id), onWord);
      subscription.then(onWord);
      return () => {
        listeners.delete(onWord);
        subscription
          .then((number) => pubsub.unsubscribe(number))
          .catch(() => {
            // The last one who listened has ended it already.
          });
      };
    },
    stir,
    async tryOut() {
      if (refusal) throw refusal;
      echoing ??= pubsub.subscribe(echoTopic, () => echo.resolve());
      await echoing;
      echo = Promise.withResolvers();
      await pubsub.publish(echoTopic, '');
      await echo.promise;
      announceMissed();
    },
    async close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
