import { until } from '../support/processes.ts';

/** Resolves once it holds, however long that takes; rejects with the signal's reason when it aborts before. */
export async function untilGivenUp(
  what: string,
  holds: () => boolean | Promise<boolean>,
  givenUp: AbortSignal,
): Promise<void> {
  await until(what, () => givenUp.aborted || holds(), Number.POSITIVE_INFINITY);
  givenUp.throwIfAborted();
}
