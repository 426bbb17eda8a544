/** Room for a number of pieces of work at once. */
export interface Slots {
  readonly free: number;
  /** How many pieces of work wait for room. */
  readonly waiting: number;
  /** Does the work as soon as there is room for it. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function openSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    get free() {
      return free;
    },
    get waiting() {
      return waiting.length;
    },
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
