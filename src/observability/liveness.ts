/**
 * Whether everything that has to go on in this process does. Whatever repeats itself, or must come to an end by itself,
 * is watched: a loop that hangs in the middle of a turn throws nothing and logs nothing, and would be missed only by
 * those who wait for it. What a timer alone drives needs no watching: it stops with the process.
 *
 * A server that is unavailable makes no loop late: each turn fails in time, and is tried again.
 */
export interface Liveness {
  /** Work that must show life within every `bound` milliseconds, until it is disposed of. */
  watch(name: Watched, bound: number): Life;
  /** Takes a turn now, and the next one `pause` milliseconds after each end. A turn that takes longer than a minute is late. */
  repeat(name: Watched, turn: () => Promise<void>, options: RepeatOptions): Repetition;
  /** For how long each thing that is under way has shown no life, the longest of a name, in milliseconds. */
  silences(): ReadonlyMap<Watched, Silence>;
}

export type Watched =
  | 'attempt'
  | 'claim'
  | 'event read'
  | 'heartbeat'
  | 'lease renewal'
  | 'mail'
  | 'reconciler'
  | 'redis watch'
  | 'rescuer'
  | 'revocations';

export interface Life extends Disposable {
  goesOn(): void;
}

export interface RepeatOptions {
  readonly pause: number;
  /** Hears of a turn that failed. */
  readonly onError: (error: Error) => void;
}

export interface Repetition {
  /** No further turn begins; resolves when the present one has ended. */
  close(): Promise<void>;
}

export interface Silence {
  readonly lasts: number;
  readonly bound: number;
}

/** How long a turn of a loop may take, in milliseconds: longer than a statement that PostgreSQL does not answer. */
export const turnLimit = 60_000;

/** `clock` tells milliseconds since any time. */
export function openLiveness(clock: () => number = () => performance.now()): Liveness {
  const lives = new Set<{ readonly name: Watched; readonly bound: number; seenAt: number }>();

  const watch = (name: Watched, bound: number): Life => {
    const life = { name, bound, seenAt: clock() };
    lives.add(life);
    return {
      goesOn() {
        life.seenAt = clock();
      },
      [Symbol.dispose]: () => lives.delete(life),
    };
  };

  return {
    watch,
    repeat(name, turn, { pause, onError }) {
      const life = watch(name, pause + turnLimit);
      let open = true;
      let timer: NodeJS.Timeout | undefined;
      const takeTurns = async (): Promise<void> => {
        await turn().catch(onError);
        life.goesOn();
        if (open) timer = setTimeout(() => (turning = takeTurns()), pause);
      };
      let turning = takeTurns();
      return {
        async close() {
          open = false;
          clearTimeout(timer);
          await turning;
          life[Symbol.dispose]();
        },
      };
    },
    silences() {
      const now = clock();
      const longest = new Map<Watched, Silence>();
      for (const { name, bound, seenAt } of lives) {
        const lasts = now - seenAt;
        const known = longest.get(name);
        // By what is left of the bound: attempts have different ones.
        if (!known || lasts - bound > known.lasts - known.bound) longest.set(name, { lasts, bound });
      }
      return longest;
    },
  };
}

/** The names of what has been silent for longer than it may. */
export const lateOf = (liveness: Liveness): Watched[] =>
  [...liveness.silences()].filter(([, { lasts, bound }]) => lasts > bound).map(([name]) => name);
