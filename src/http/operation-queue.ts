import { Refusal } from '../../schema/refusal.ts';

/** Starts operations in turn, viewer by viewer, so that one viewer's many operations do not delay another's single one. */
export interface OperationQueue {
  /**
   * Resolves when an operation of this viewer may run. Rejects with Refusal when too many of the viewer's operations are
   * waiting already.
   */
  acquire(viewer: string): Promise<Place>;
}

/** The place of one operation among those that run. */
export interface Place {
  /** Leaves it to another operation as long as `wait` takes, and waits for one in turn afterwards. Calls may overlap. */
  leaveWhile(wait: () => Promise<void>): Promise<void>;
  release(): void;
}

/** How many operations run at once, of one viewer and in all, and how many of one viewer wait. */
const limits = { runningEach: 8, running: 32, waitingEach: 200 };

interface ViewerOperations {
  running: number;
  readonly waiting: (() => void)[];
}

export function openOperationQueue(): OperationQueue {
  /** Viewers with operations that run or wait; the one that was served last comes last. */
  const viewers = new Map<string, ViewerOperations>();
  let running = 0;

  const mayStart = (operations: ViewerOperations): boolean =>
    running < limits.running && operations.running < limits.runningEach;

  function start(operations: ViewerOperations): void {
    operations.running += 1;
    running += 1;
  }

  function release(viewer: string, operations: ViewerOperations): void {
    operations.running -= 1;
    running -= 1;
    if (operations.running === 0 && operations.waiting.length === 0) viewers.delete(viewer);
    for (const [next, candidate] of viewers) {
      if (!mayStart(candidate)) continue;
      const resolve = candidate.waiting.shift();
      if (!resolve) continue;
      viewers.delete(next);
      viewers.set(next, candidate);
      start(candidate);
      resolve();
      return;
    }
  }

  /** Resolves to the function that releases the place. */
  async function takePlace(viewer: string, mostWaiting: number): Promise<() => void> {
    const operations = viewers.get(viewer) ?? { running: 0, waiting: [] };
    viewers.set(viewer, operations);
    if (operations.waiting.length === 0 && mayStart(operations)) start(operations);
    else {
      if (operations.waiting.length >= mostWaiting) throw tooMany();
      await new Promise<void>((resolve) => operations.waiting.push(resolve));
    }
    return () => release(viewer, operations);
  }

  return {
    async acquire(viewer) {
      let leave: (() => void) | undefined = await takePlace(viewer, limits.waitingEach);
      let waits = 0;
      let isOver = false;
      const leaveOnce = (): void => {
        leave?.();
        leave = undefined;
      };
      return {
        release() {
          isOver = true;
          leaveOnce();
        },
        async leaveWhile(wait) {
          waits += 1;
          leaveOnce();
          await wait().finally(() => {
            waits -= 1;
          });
          if (waits > 0 || isOver) return;
          const leaveAgain = await takePlace(viewer, Number.POSITIVE_INFINITY);
          // The operation may have ended, or left and returned, meanwhile.
          if (isOver || leave) leaveAgain();
          else leave = leaveAgain;
        },
      };
    },
  };
}

const tooMany = (): Refusal =>
  new Refusal(
    `More than ${limits.waitingEach} of your operations are already waiting; try again in a second.`,
    { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 },
    { status: 429, headers: { 'retry-after': '1' } },
  );
