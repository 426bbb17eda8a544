import { setTimeout as pause } from 'node:timers/promises';
import { type Env, type Program, until } from '../support/processes.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Outages } from './outages.ts';

/** One incarnation of a program: `worker-2-3` is the third one at the node `worker-2`. */
export interface Incarnation {
  readonly name: string;
  readonly program: Program;
  readonly startedAt: number;
  /** A fault or the supervisor ends it; otherwise it ends by itself. */
  isEnding: boolean;
}

/** A supervised program: it is restarted whenever it ends. Faults are injected once it is up. */
export interface Node {
  readonly name: string;
  /** Where it answers, whichever incarnation runs. */
  readonly url: string;
  /** The one that runs now, or ran last. */
  readonly incarnation: Incarnation;
  readonly incarnations: readonly Incarnation[];
  /** Resolves once it answers, or does not for too long. */
  isUp(): Promise<void>;
  /** Ends it as `kill -9` does. `atLast` is called just before. The times are in milliseconds. */
  kill(again: number, atLast?: (incarnation: Incarnation) => Promise<void>): Promise<void>;
  /** Pauses it (SIGSTOP), and resumes it after `lasts`. */
  freeze(lasts: number, atLast?: (incarnation: Incarnation) => Promise<void>): Promise<void>;
  /** Sends SIGTERM, on which it shuts down in time, and starts the next one, with these additional variables. */
  replace(again: number, env?: Env): Promise<void>;
  /** Sends SIGTERM twice: it ends at once. */
  hurry(again: number): Promise<void>;
  /** Does not start it again from now on. */
  close(): void;
  /** Sends SIGTERM, and does not restart it. */
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
/** How long a fault waits for a program that does not come up, since PostgreSQL is unavailable or the machine is busy. */
const upWithin = 10_000;

/** Keeps a program running that listens at `port`. `start` starts the incarnation of this name; `complain` is called with violations. */
export function openNode(
  name: string,
  port: number,
  start: (incarnation: string, env: Env) => Program,
  outages: Outages,
  complain: (complaint: string) => void,
): Node {
  const url = `http://127.0.0.1:${port}`;
  const incarnations: Incarnation[] = [];
  const exclusively = oneAtATime();
  const isUp = (): Promise<void> =>
    until(`${name} is up`, async () => (await fetch(`${url}/healthz`)).ok, upWithin).catch(() => {
      // The fault is injected all the same.
    });
  const onceUp = (inject: () => Promise<void>): Promise<void> => exclusively(() => isUp().then(inject));
  let open = true;

  const begin = (env: Env = {}): Incarnation => {
    const called = `${name}-${incarnations.length + 1}`;
    const incarnation: Incarnation = {
      name: called,
      program: start(called, env),
      startedAt: Date.now(),
      isEnding: false,
    };
    incarnations.push(incarnation);
    incarnation.program.ended.then(() => ended(incarnation));
    return incarnation;
  };
  const ended = async (incarnation: Incarnation): Promise<void> => {
    if (incarnation.isEnding || !open) return;
    incarnation.isEnding = true;
    if (!isRefusedStart(incarnation))
      complain(`${incarnation.name} ended by itself: ${incarnation.program.complaints}`);
    await exclusively(() => startAgain(supervisorsPause));
  };
  /** A start needs PostgreSQL: without it a program says so in one line, and is started again. */
  const isRefusedStart = ({ program, startedAt }: Incarnation): boolean =>
    Date.now() - startedAt < startLimit &&
    outages.touch('postgres', startedAt, Date.now()) &&
    /^(SIGTERM: [^\n]+\n)?[^\n]+\n$/.test(program.complaints);

  const startAgain = async (after: number, env?: Env): Promise<void> => {
    await pause(after);
    if (open && !newest.program.isRunning) newest = begin(env);
  };
  const ending = (): Incarnation => {
    newest.isEnding = true;
    return newest;
  };
  let newest = begin();

  return {
    name,
    url,
    get incarnation() {
      return newest;
    },
    incarnations,
    isUp,
    kill: (again, atLast) =>
      onceUp(async () => {
        await atLast?.(newest);
        const incarnation = ending();
        outages.begin(incarnation.name);
        await incarnation.program.end('SIGKILL');
        await startAgain(again);
      }),
    freeze: (lasts, atLast) =>
      onceUp(async () => {
        const incarnation = newest;
        await atLast?.(incarnation);
        const over = outages.begin(incarnation.name);
        incarnation.program.send('SIGSTOP');
        await pause(lasts);
        incarnation.program.send('SIGCONT');
        over();
      }),
    replace: (again, env) =>
      onceUp(async () => {
        const incarnation = ending();
        await endInOrder(incarnation);
        await startAgain(again, env);
      }),
    hurry: (again) =>
      onceUp(async () => {
        const incarnation = ending();
        incarnation.program.send('SIGTERM');
        await pause(signalGap);
        outages.begin(incarnation.name);
        const { milliseconds } = await incarnation.program.end('SIGTERM');
        if (milliseconds > hurryLimit)
          complain(`${incarnation.name} ended ${milliseconds} ms after the second SIGTERM`);
        await startAgain(again);
      }),
    close,
    end: () =>
      onceUp(async () => {
        close();
        await endInOrder(ending());
      }),
  };

  function close(): void {
    open = false;
  }

  async function endInOrder(incarnation: Incarnation): Promise<void> {
    const { code, signal, milliseconds } = await incarnation.program
      .end('SIGTERM')
      .catch(() => incarnation.program.end('SIGKILL'));
    if (milliseconds > endLimit || signal === 'SIGKILL')
      complain(`${incarnation.name} did not end within ${endLimit} ms of SIGTERM`);
    // So early in its start that it did not handle the signal yet.
    const wasDeaf = signal === 'SIGTERM' && incarnation.program.complaints === '';
    if (code === 0 || wasDeaf || isRefusedStart(incarnation)) return;
    complain(`${incarnation.name} ended with ${code ?? signal} after SIGTERM: ${incarnation.program.complaints}`);
  }
}
