import * as fc from 'fast-check';
import type { Run } from './run.ts';

/** Something that goes wrong at some time of a schedule. */
export interface Fault {
  readonly kind: string;
  /** Milliseconds after the schedule's start. */
  readonly at: number;
  readonly params: object;
  /** Resolves once it is over, and everything is as before. */
  inject(run: Run): Promise<void>;
}

/** Faults begin within this time, in milliseconds. */
const span = 10_000;
/** When many customers send requests at once, in milliseconds, so that companies wait for a worker, and jobs in Redis, for a while. */
const rushes = [1_000, 4_000, 7_000];
export const inARush = fc.tuple(fc.constantFrom(...rushes), fc.nat({ max: 400 })).map(([rush, later]) => rush + later);
const whileSomeWait = fc
  .tuple(fc.constantFrom(...rushes), fc.nat({ max: 800 }))
  .map(([rush, later]) => rush + 100 + later);

/** Faults of a kind: at any time, half of them while companies wait, with any of these parameters. */
export function fault<Params extends object>(
  kind: string,
  params: { [Name in keyof Params]: fc.Arbitrary<Params[Name]> },
  inject: (run: Run, params: Params) => Promise<void>,
): fc.Arbitrary<Fault> {
  return withParams(kind, fc.oneof(milliseconds(300, span), whileSomeWait), params, inject);
}

/** Faults that are armed for a company from the schedule's start, before its request. */
export function armedFault<Params extends object>(
  kind: string,
  params: { [Name in keyof Params]: fc.Arbitrary<Params[Name]> },
  inject: (run: Run, params: Params) => Promise<void>,
): fc.Arbitrary<Fault> {
  return withParams(kind, fc.constant(0), params, inject);
}

const withParams = <Params extends object>(
  kind: string,
  times: fc.Arbitrary<number>,
  arbitraries: { [Name in keyof Params]: fc.Arbitrary<Params[Name]> },
  inject: (run: Run, params: Params) => Promise<void>,
): fc.Arbitrary<Fault> =>
  fc
    .tuple(times, fc.record(arbitraries))
    // A record without optional keys has them all, which fast-check's type does not say of a generic one.
    .map(([at, params]) => ({ kind, at, params, inject: (run) => inject(run, params as Params) }));

export const milliseconds = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
/** Selects one of any number of items. */
export const whichever = fc.nat({ max: 9_999 });
/** How soon a supervisor restarts a program. */
export const again = milliseconds(0, 2_000);
