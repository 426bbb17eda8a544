import type { Redis } from '../redis/redis-server.ts';

type Done = (error: null, count: number) => void;

const pauseBetweenTries = 5_000;

/**
 * A connection that retries a subscription until it succeeds. graphql-redis-subscriptions and ioredis’ own resubscription leave
 * a refusal (of a user who may not, or whose password changed) unhandled, which would end the process.
 * `onOutcome` is called with each refusal, and with undefined once a subscription has succeeded.
 */
export function sureSubscriber(connection: Redis, onOutcome: (refusal: Error | undefined) => void): Redis {
  const subscribe = connection.subscribe.bind(connection);
  const leave = [connection.unsubscribe, connection.punsubscribe].map((method) => method.bind(connection));
  const leaveQuietly = (topic: string): void => {
    for (const unsubscribe of leave) {
      unsubscribe(topic).catch(() => {
        // The connection is gone, and so is the subscription.
      });
    }
  };

  const trySubscribing = async (topics: string | string[], done?: Done): Promise<void> => {
    try {
      const count = await subscribe(...[topics].flat());
      onOutcome(undefined);
      done?.(null, Number(count));
    } catch (error) {
      if (connection.status === 'end') return;
      onOutcome(error instanceof Error ? error : new Error(String(error)));
      setTimeout(trySubscribing, pauseBetweenTries, topics, done).unref();
    }
  };
  return Object.assign(connection, { subscribe: trySubscribing, unsubscribe: leaveQuietly, punsubscribe: () => {} });
}
