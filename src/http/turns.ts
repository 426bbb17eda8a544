import { Refusal } from '../../schema/refusal.ts';

/** Lets operations begin when it is their viewer's turn, so that nobody's many hold up another's one. */
export interface Turns {
  /** Resolves when it may run, with what ends its turn; rejects with Refusal when too many of this viewer wait already. */
  take(viewer: string): Promise<() => void>;
}

/** Operations of one viewer, and of all together, that run at once; and those of one viewer that wait. */
const limits = { runningEach: 8, running: 32, waitingEach: 200 };

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

export function openTurns(): Turns {
  /** Of viewers with operations that run or wait; whoever was served last stands last. */
  const lines = new Map<string, Line>();
  let running = 0;

  const isFree = (line: Line): boolean => running < limits.running && line.running < limits.runningEach;

  function begin(line: Line): void {
    line.running += 1;
    running += 1;
  }

  function end(viewer: string, line: Line): void {
    line.running -= 1;
    running -= 1;
    if (line.running === 0 && line.waiting.length === 0) lines.delete(viewer);
    for (const [next, candidate] of lines) {
      if (!isFree(candidate)) continue;
      const start = candidate.waiting.shift();
      if (!start) continue;
      lines.delete(next);
      lines.set(next, candidate);
      begin(candidate);
      start();
      return;
    }
  }

  return {
    async take(viewer) {
      const line = lines.get(viewer) ?? { running: 0, waiting: [] };
      lines.set(viewer, line);
      if (line.waiting.length === 0 && isFree(line)) begin(line);
      else {
        if (line.waiting.length >= limits.waitingEach) throw tooMany();
        await new Promise<void>((resolve) => line.waiting.push(resolve));
      }
      return () => end(viewer, line);
    },
  };
}

const tooMany = (): Refusal =>
  new Refusal(
    `More than ${limits.waitingEach} of your operations wait already; try again in a second.`,
    { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 },
    { status: 429, headers: { 'retry-after': '1' } },
  );
