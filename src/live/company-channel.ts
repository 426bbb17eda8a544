import { randomUUID } from 'node:crypto';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { CompanyId } from '../company/company-id.ts';
import type { CompanyEventRow } from '../company/find-companies.ts';
import type { Log } from '../observability/log.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { eventIn } from './notification.ts';
import { sureSubscriber } from './sure-subscriber.ts';

/** Notifications among processes that a company has a new event. They may get lost: listeners read the database. */
export interface CompanyChannel {
  /** The event is left out where it is not known. */
  announce(id: CompanyId, event?: CompanyEventRow): void;
  /**
   * Calls `onNotification` for every announcement, and without an event after every reconnect, since announcements may have been lost before
   * it. Listening begins some time after the call, and `onNotification` is called then as well. Returns a function that ends it.
   */
  listen(id: CompanyId, onNotification: (event?: CompanyEventRow) => void): () => void;
  /** Calls every listener, since announcements may have been lost. */
  notifyAll(): void;
  /** Resolves once an announcement of its own has come back. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** The same for the lines of companies' logs. */
export interface LogChannel {
  announceLines(id: CompanyId): void;
  listenForLines(id: CompanyId, onNotification: () => void): () => void;
}

/** The same for the events of all companies. */
export interface EventLogChannel {
  /** Calls `onNotification` after every announcement of any company, and whenever some may have been lost, like `listen`. */
  listenToAll(onNotification: () => void): () => void;
}

/** The channel on a Redis server. While the server is unavailable nothing is announced and nobody waits for it. */
export function openCompanyChannel(redis: RedisServer, log: Log): CompanyChannel & LogChannel & EventLogChannel {
  const topicOf = (id: CompanyId): string => `company:${redis.namespace}:${id}`;
  const logTopicOf = (id: CompanyId): string => `${topicOf(id)}:log`;
  const topicOfAll = `company:${redis.namespace}:all`;
  const publisher = redis.connect({ waits: false });
  let refusal: Error | undefined;
  const subscriber = sureSubscriber(redis.connect(), (outcome) => {
    refusal = outcome;
  });
  const pubsub = new RedisPubSub({ publisher, subscriber });
  const listeners = new Set<() => void>();
  const notifyAll = (): void => {
    for (const onNotification of listeners) onNotification();
  };
  // ioredis subscribes again by itself; what was published meanwhile is lost.
  subscriber.on('ready', notifyAll);

  const missed = new Set<string>();
  const publish = (topic: string, event?: CompanyEventRow): void => {
    pubsub.publish(topic, event ?? '').catch((error: Error) => {
      missed.add(topic);
      log.warn({ topic, err: error.message }, 'could not announce an event; it will be announced once Redis is back');
    });
  };
  const announceMissed = (): void => {
    const again = [...missed];
    missed.clear();
    for (const topic of again) publish(topic);
  };
  publisher.on('ready', announceMissed);

  const listen = (topic: string, onNotification: (payload?: unknown) => void): (() => void) => {
    const doubt = (): void => onNotification();
    listeners.add(doubt);
    const subscription = pubsub.subscribe(topic, onNotification);
    subscription.then(doubt);
    return () => {
      listeners.delete(doubt);
      subscription
        .then((number) => pubsub.unsubscribe(number))
        .catch(() => {
          // The last listener has ended it already.
        });
    };
  };

  const echoTopic = `company:echo-${randomUUID()}`;
  let echo = Promise.withResolvers<void>();
  let echoing: Promise<unknown> | undefined;

  return {
    announce(id, event) {
      publish(topicOf(id), event);
      publish(topicOfAll);
    },
    listen: (id, onNotification) => listen(topicOf(id), (payload) => onNotification(eventIn(payload, id))),
    announceLines: (id) => publish(logTopicOf(id)),
    listenForLines: (id, onNotification) => listen(logTopicOf(id), () => onNotification()),
    listenToAll: (onNotification) => listen(topicOfAll, () => onNotification()),
    notifyAll,
    async probe() {
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
