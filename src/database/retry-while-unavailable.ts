import { setTimeout as pause } from 'node:timers/promises';

/** PostgreSQL refuses the statement itself and would do so again: data, constraints, syntax, names (SQLSTATE classes, appendix A). */
const isRefusedStatement = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(22|23|42)...$/.test(String(error.code));

const shortestPause = 100;
const longestPause = 2_000;

/**
 * Repeats a statement while the database is unavailable. It may have been executed although its answer was lost, so `write`
 * must have no effect a second time. Rejects when the statement itself is refused, and with the signal's reason once it
 * aborts. `onTry` is called before each try.
 */
export async function retryWhileUnavailable<Result>(
  write: () => Promise<Result>,
  signal: AbortSignal,
  onTry?: () => void,
): Promise<Result> {
  for (let wait = shortestPause; ; wait = Math.min(wait * 2, longestPause)) {
    signal.throwIfAborted();
    onTry?.();
    try {
      return await write();
    } catch (error) {
      if (isRefusedStatement(error)) throw error;
      // An abort throws at the top.
      await pause(wait, undefined, { signal }).catch(() => {});
    }
  }
}
