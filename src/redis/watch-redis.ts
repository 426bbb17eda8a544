import type { Liveness } from '../observability/liveness.ts';
import { type Log, logOnChange } from '../observability/log.ts';
import type { RedisServer } from './redis-server.ts';
import { RedisTimeout, RedisTrouble } from './redis-trouble.ts';

export interface RedisWatch {
  /** Resolves when Redis did what the service needs of it; rejects with a RedisTrouble. */
  check(): Promise<void>;
  close(): void;
}

export interface RedisWatchOptions {
  /** Does what the service needs of Redis, as it does it. */
  readonly probe: () => Promise<unknown>;
  /** Is called every few seconds while word may get lost: as long as Redis is of no use, to us or to others who notice later. */
  readonly whileInDoubt: () => void;
  readonly liveness: Liveness;
  readonly log: Log;
}

const pause = 5_000;
/** So many looks must succeed before nothing is in doubt any more. */
const looksInDoubt = 4;
/** How long Redis may take to do it, in milliseconds. */
const answerLimit = 4_000;

/**
 * Tries Redis out every few seconds: a replica that was the primary before a fail-over answers and reads as ever, and is
 * left only once it refuses a write.
 */
export function watchRedis(server: RedisServer, { probe, whileInDoubt, liveness, log }: RedisWatchOptions): RedisWatch {
  const report = logOnChange((err) =>
    log.error({ err }, 'Redis is of no use; work goes on without it, a little slower'),
  );
  let trying: Promise<void> | undefined;
  let successes = looksInDoubt;
  let open = true;

  const tryNow = async (): Promise<void> => {
    try {
      await inTime(probe());
    } catch (error) {
      throw server.trouble ?? new RedisTrouble(error);
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
      if (successes === 0) log.info('Redis is of use again');
      successes += 1;
    } catch (error) {
      if (!open) return;
      const trouble = new RedisTrouble(error);
      report(trouble.message);
      successes = 0;
      // Nobody may be at the other end any more.
      if (trouble.code === 'ETIMEDOUT') server.reconnect();
    }
    if (successes < looksInDoubt) whileInDoubt();
  };

  const looking = liveness.repeat('redis watch', look, { pause, onError: ({ message }) => report(message) });
  return {
    check,
    close() {
      open = false;
      // A look that is under way may last as long as Redis is silent.
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
