import type { Liveness } from '../observability/liveness.ts';
import { type Log, logOnChange } from '../observability/log.ts';
import type { RedisServer } from './redis-server.ts';
import { RedisTimeout, RedisUnavailable } from './redis-unavailable.ts';

export interface RedisWatch {
  /** Resolves when the probe succeeded; rejects with RedisUnavailable. */
  check(): Promise<void>;
  close(): void;
}

export interface RedisWatchOptions {
  /** Uses Redis as the service does. */
  readonly probe: () => Promise<unknown>;
  /** Called every few seconds while notifications may get lost: while Redis is unusable, for us or for processes that notice later. */
  readonly whileUnsure: () => void;
  readonly liveness: Liveness;
  readonly log: Log;
}

const pause = 5_000;
/** How many checks in a row must succeed before notifications are relied on again. */
const checksUntilSure = 4;
/** How long Redis may take to answer a probe, in milliseconds. */
const answerLimit = 4_000;

/**
 * Probes Redis every few seconds: a former primary that became a replica in a fail-over still answers and serves reads,
 * and is left only once it refuses a write.
 */
export function watchRedis(server: RedisServer, { probe, whileUnsure, liveness, log }: RedisWatchOptions): RedisWatch {
  const report = logOnChange((err) => log.error({ err }, 'Redis unusable; continuing without it, a little slower'));
  let trying: Promise<void> | undefined;
  let successes = checksUntilSure;
  let open = true;

  const tryNow = async (): Promise<void> => {
    try {
      await inTime(probe());
    } catch (error) {
      throw server.unavailable ?? new RedisUnavailable(error);
    }
  };
  const check = (): Promise<void> => {
    trying ??= tryNow().finally(() => {
      trying = undefined;
    });
    return trying;
  };
  const look = async (): Promise<void> => {
    try {
      await check();
      if (successes === 0) log.info('Redis usable again');
      successes += 1;
    } catch (error) {
      if (!open) return;
      const unavailable = new RedisUnavailable(error);
      report(unavailable.message);
      successes = 0;
      // The other end may be gone.
      if (unavailable.code === 'ETIMEDOUT') server.reconnect();
    }
    if (successes < checksUntilSure) whileUnsure();
  };

  const looking = liveness.repeat('redis watch', look, { pause, onError: ({ message }) => report(message) });
  return {
    check,
    close() {
      open = false;
      // A check in flight may last as long as Redis is silent.
      void looking.close();
    },
  };
}

async function inTime(answer: Promise<unknown>): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new RedisTimeout('Redis does not answer in time.')), answerLimit);
  try {
    await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
