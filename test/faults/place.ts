import { setTimeout as pause } from 'node:timers/promises';
import { type Env, type Program, until } from '../support/processes.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Outages } from './outages.ts';

/** One life of a program: `worker-2-3` is the third one at the place `worker-2`. */
export interface Life {
  readonly name: string;
  readonly program: Program;
  readonly startedAt: number;
  /** Somebody ends it; otherwise its end is its own. */
  isTold: boolean;
}

/** Where a program always runs, as under a supervisor: whatever ended is started again. A fault strikes it once it is up. */
export interface Place {
  readonly name: string;
  /** Where it answers, whichever of its lives is on. */
  readonly url: string;
  /** The one that runs now, or ran last. */
  readonly life: Life;
  readonly lives: readonly Life[];
  /** Resolves once it answers, or does not for too long. */
  isUp(): Promise<void>;
  /** Ends it as `kill -9` does. `atLast` is asked just before. The times are in milliseconds. */
  kill(again: number, atLast?: (life: Life) => Promise<void>): Promise<void>;
  /** Stops it where it is, and lets it go on after `lasts`. */
  freeze(lasts: number, atLast?: (life: Life) => Promise<void>): Promise<void>;
  /** Tells it to end, which it does in order and in time, and starts the next one, with these variables besides. */
  replace(again: number, env?: Env): Promise<void>;
  /** Tells it to end, and once more soon: it ends at once. */
  hurry(again: number): Promise<void>;
  /** Does not start it again from now on. */
  close(): void;
  /** Tells it to end, for good. */
  end(): Promise<void>;
}

/** How long an end in order, and one at once, may take on a machine that is busy with other things, in milliseconds. */
const endLimit = 15_000;
const hurryLimit = 5_000;
/** A start that has come this far has succeeded. */
const startLimit = 15_000;
/** Between two signals of a kind, so that both arrive. */
const signalGap = 100;
const supervisorsPause = 1_000;
/** How long a fault waits for a program that does not come up, since PostgreSQL is away or the machine is busy. */
const upWithin = 10_000;

/** Keeps a program running that listens at `port`. `start` starts the life of this name; what must not be is told to `complain`. */
export function openPlace(
  name: string,
  port: number,
  start: (life: string, env: Env) => Program,
  outages: Outages,
  complain: (complaint: string) => void,
): Place {
  const url = `http://127.0.0.1:${port}`;
  const lives: Life[] = [];
  const exclusively = oneAtATime();
  const isUp = (): Promise<void> =>
    until(`${name} is up`, async () => (await fetch(`${url}/healthz`)).ok, upWithin).catch(() => {
      // Whoever waits for it goes on all the same.
    });
  const onceUp = (strike: () => Promise<void>): Promise<void> => exclusively(() => isUp().then(strike));
  let open = true;

  const begin = (env: Env = {}): Life => {
    const called = `${name}-${lives.length + 1}`;
    const life: Life = { name: called, program: start(called, env), startedAt: Date.now(), isTold: false };
    lives.push(life);
    life.program.ended.then(() => ended(life));
    return life;
  };
  const ended = async (life: Life): Promise<void> => {
    if (life.isTold || !open) return;
    life.isTold = true;
    if (!isRefusedStart(life)) complain(`${life.name} ended by itself: ${life.program.complaints}`);
    await exclusively(() => startAgain(supervisorsPause));
  };
  /** A start needs PostgreSQL: without it a program says so in one line, and is started again. */
  const isRefusedStart = ({ program, startedAt }: Life): boolean =>
    Date.now() - startedAt < startLimit &&
    outages.touch('postgres', startedAt, Date.now()) &&
    /^(SIGTERM: [^\n]+\n)?[^\n]+\n$/.test(program.complaints);

  const startAgain = async (after: number, env?: Env): Promise<void> => {
    await pause(after);
    if (open && !newest.program.isRunning) newest = begin(env);
  };
  const told = (): Life => {
    newest.isTold = true;
    return newest;
  };
  let newest = begin();

  return {
    name,
    url,
    get life() {
      return newest;
    },
    lives,
    isUp,
    kill: (again, atLast) =>
      onceUp(async () => {
        await atLast?.(newest);
        const life = told();
        outages.begin(life.name);
        await life.program.end('SIGKILL');
        await startAgain(again);
      }),
    freeze: (lasts, atLast) =>
      onceUp(async () => {
        const life = newest;
        await atLast?.(life);
        const over = outages.begin(life.name);
        life.program.send('SIGSTOP');
        await pause(lasts);
        life.program.send('SIGCONT');
        over();
      }),
    replace: (again, env) =>
      onceUp(async () => {
        const life = told();
        await endInOrder(life);
        await startAgain(again, env);
      }),
    hurry: (again) =>
      onceUp(async () => {
        const life = told();
        life.program.send('SIGTERM');
        await pause(signalGap);
        outages.begin(life.name);
        const { milliseconds } = await life.program.end('SIGTERM');
        if (milliseconds > hurryLimit) complain(`${life.name} ended ${milliseconds} ms after the second SIGTERM`);
        await startAgain(again);
      }),
    close,
    end: () =>
      onceUp(async () => {
        close();
        await endInOrder(told());
      }),
  };

  function close(): void {
    open = false;
  }

  async function endInOrder(life: Life): Promise<void> {
    const { code, signal, milliseconds } = await life.program.end('SIGTERM').catch(() => life.program.end('SIGKILL'));
    if (milliseconds > endLimit || signal === 'SIGKILL')
      complain(`${life.name} did not end within ${endLimit} ms of SIGTERM`);
    // So early in its start that it did not hear it yet.
    const wasDeaf = signal === 'SIGTERM' && life.program.complaints === '';
    if (code === 0 || wasDeaf || isRefusedStart(life)) return;
    complain(`${life.name} ended with ${code ?? signal} after SIGTERM: ${life.program.complaints}`);
  }
}
