import { setImmediate } from 'node:timers/promises';
import type { Scheduler } from 'fast-check';
import type { Db } from '../../src/company/tables.ts';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { ConnectionLost, type Fate, faultyDatabase } from '../support/faulty-database.ts';

/** Where all act at once: the scheduler says whose turn it is, and faults strike, until it is calm. */
export interface Simulation {
  /** Resolves when the scheduler says so. */
  turn(what: string): Promise<void>;
  /** The database as an actor sees it. */
  dbOf(actor: string): Db;
  /** The same without faults, for those whom a fault costs a long pause. */
  patientDb(actor: string): Db;
  /** Lets a job run beside the others. It may end with a lost connection or a lost lease; all else is a defect. */
  start(job: () => Promise<void>): void;
  /** Resolves once all jobs have ended, and those that they started; from then on it is calm. */
  end(): Promise<void>;
  readonly isCalm: boolean;
  readonly defects: readonly unknown[];
}

/** `faults` are the fates of statements, by their number in the order in which all actors begin them. */
export function openSimulation(db: Db, scheduler: Scheduler, faults: ReadonlyMap<number, Fate>): Simulation {
  const jobs: Promise<void>[] = [];
  const defects: unknown[] = [];
  let isCalm = false;
  let statements = 0;

  const fate = (): Fate => {
    statements += 1;
    return (isCalm ? undefined : faults.get(statements)) ?? 'answered';
  };
  // The embedded database answers within a turn of the event loop; a real one never does.
  const turn = (what: string): Promise<void> => (isCalm ? setImmediate() : scheduler.schedule(Promise.resolve(), what));
  const allEnded = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) await job;
  };

  return {
    turn,
    dbOf: (actor) => faultyDatabase(db, fate, () => turn(`an answer for ${actor}`)),
    patientDb: (actor) =>
      faultyDatabase(
        db,
        () => 'answered',
        () => turn(`an answer for ${actor}`),
      ),
    start(job) {
      jobs.push(
        job().catch((error) => {
          if (!(error instanceof ConnectionLost || error instanceof Interruption)) defects.push(error);
        }),
      );
    },
    async end() {
      await scheduler.waitFor(allEnded());
      isCalm = true;
      await scheduler.waitAll();
    },
    get isCalm() {
      return isCalm;
    },
    defects,
  };
}
