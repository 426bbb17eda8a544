/**
 * Whether everything that must make progress in this process does. Every loop, and all work that must end by itself, is
 * watched: a loop that hangs in the middle of a turn throws nothing and logs nothing, and only those who wait for it would
 * notice. What a timer alone drives is not watched: it stops with the process.
 *
 * An unavailable server makes no loop late: each turn fails in time and is retried.
 */
export interface Liveness {
  /** Work that must show progress at least every `bound` milliseconds, until it is disposed of. */
  watch(name: Watched, bound: number): Life;
  /** Runs a turn now, and the next one `pause` milliseconds after each end. A turn that takes longer than a minute is late. */
  repeat(name: Watched, turn: () => Promise<void>, options: RepeatOptions): Repetition;
  /** How long watched work has shown no progress, in milliseconds: of each name, the one nearest to its bound. */
  silences(): ReadonlyMap<Watched, Silence>;
}

export type Watched =
  | 'attempt'
  | 'claim'
  | 'event read'
  | 'event log read'
  | 'heartbeat'
  | 'lease renewal'
  | 'mail'
  | 'reconciler'
  | 'redis watch'
  | 'rescuer'
  | 'revocations'
  | 'webhook'
  | 'webhooks';

export interface Life extends Disposable {
  goesOn(): void;
}

export interface RepeatOptions {
  readonly pause: number;
  /** Called with the error of a failed turn. */
  readonly onError: (error: Error) => void;
}

export interface Repetition {
  /** Starts no further turn; resolves when the present one has ended. */
  close(): Promise<void>;
}

export interface Silence {
  readonly lasts: number;
  readonly bound: number;
}

/** How long a turn of a loop may take, in milliseconds: longer than the time limit of a statement. */
export const turnLimit = 60_000;

/** `clock` returns milliseconds since any time. */
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
        // Compared by the time left until the bound: attempts have different ones.
        if (!known || lasts - bound > known.lasts - known.bound) longest.set(name, { lasts, bound });
      }
      return longest;
    },
  };
}

/** The names of watched work that has been silent for longer than its bound. */
export const lateOf = (liveness: Liveness): Watched[] =>
  [...liveness.silences()].filter(([, { lasts, bound }]) => lasts > bound).map(([name]) => name);
