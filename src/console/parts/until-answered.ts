import { NotConnected } from '../api.ts';

/** Between two tries, in milliseconds. */
const pause = 1_000;

/**
 * Sends a request again until it is answered: only for those that may be repeated, by an idempotency key or by what they
 * do. Calls `lost` after each try that was not answered.
 */
export async function untilAnswered<Result>(
  send: () => Promise<Result>,
  lost: () => void,
  signal: AbortSignal,
): Promise<Result> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof NotConnected)) throw error;
      signal.throwIfAborted();
      lost();
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
