import type { Outcome } from './outcome.ts';
import type { Schedule } from './schedule.ts';

/** The command that runs a schedule again, with some of its faults only where they are given. */
export const commandFor = ({ seed }: Schedule, faults?: readonly number[]): string =>
  `node test/faults/main.ts --only ${seed}${faults ? `:${faults.join()}` : ''}`;

/**
 * A dead worker's companies are claimed again within this time in 99 of 100 cases, in seconds. Slower ones get a line of
 * their own.
 */
export const resumedWithin = 15;

/** One line for a schedule, and one more for each complaint and for each slow recovery. */
export function outcomeLines({ schedule, companies, milliseconds, complaints, recoveries }: Outcome): string {
  const faults = counted(schedule.faults.map(({ kind }) => kind))
    .map(([kind, times]) => (times > 1 ? `${kind} ×${times}` : kind))
    .join(', ');
  const verdict = complaints.length === 0 ? 'ok' : `${complaints.length} VIOLATIONS`;
  return [
    `${verdict}  seed ${schedule.seed}  ${companies} companies  ${milliseconds} ms  ${faults}`,
    ...complaints.map((complaint) => `  - ${complaint}`),
    ...recoveries
      .filter(({ seconds }) => seconds > resumedWithin)
      .map(({ kind, seconds, companyId }) => `  slow: ${seconds.toFixed(1)} s after ${kind} ${companyId ?? ''}`),
  ].join('\n');
}

/** The faults of a schedule, numbered as `--only` names them. */
export const faultLines = ({ faults }: Schedule): string =>
  faults
    .map(({ kind, at, params }, index) => `  ${index + 1}. after ${at} ms: ${kind} ${JSON.stringify(params)}`)
    .join('\n');

export interface Totals {
  readonly deaths: number;
  /** PostgreSQL's, after it had committed. */
  readonly answersLost: number;
  readonly staleWrites: { readonly refusedByDatabase: number; readonly refusedByHost: number };
  readonly seconds: number;
}

/** The run at a glance: how much went wrong in it, and how soon work continued. */
export function table(outcomes: readonly Outcome[], totals: Totals): string {
  const sum = (numberOf: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + numberOf(outcome), 0);
  const kinds = counted(outcomes.flatMap(({ schedule }) => schedule.faults.map(({ kind }) => kind)));
  const { refusedByDatabase, refusedByHost } = totals.staleWrites;
  const figures: [string, string | number][] = [
    ['schedules', `${outcomes.length} in ${totals.seconds} s`],
    ['schedules that failed', outcomes.filter(({ complaints }) => complaints.length > 0).length],
    ['companies', sum(({ companies }) => companies)],
    ['faults', sum(({ schedule }) => schedule.faults.length)],
    ['processes killed', totals.deaths],
    ['answers of PostgreSQL lost', totals.answersLost],
    ['copies of mails, explained', sum(({ copies }) => copies)],
    ['events received by webhooks', sum(({ webhooks }) => webhooks.events)],
    ['webhooks that failed', sum(({ webhooks }) => webhooks.failures)],
    ['copies of webhooks, explained', sum(({ webhooks }) => webhooks.copies)],
    ['attempts rescued (WORKER_LOST)', sum(({ lostAttempts }) => lostAttempts)],
    ['stale workers refused', `${refusedByDatabase} by PostgreSQL, ${refusedByHost} by the site host`],
  ];
  return [
    ...figures.map(([name, figure]) => `${name.padEnd(34)}${figure}`),
    '',
    'faults by kind',
    ...kinds.map(([kind, times]) => `  ${kind.padEnd(32)}${`${times}`.padStart(4)}`),
    '',
    `${'seconds until work continued, after'.padEnd(44)}   n    p50    p90    p99    max`,
    ...recoveryLines(outcomes),
  ].join('\n');
}

function recoveryLines(outcomes: readonly Outcome[]): string[] {
  const recoveries = outcomes.flatMap((outcome) => outcome.recoveries);
  const byKind = Map.groupBy(recoveries, ({ kind }) => kind);
  return [...byKind]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([kind, those]) => {
      const seconds = those.map((recovery) => recovery.seconds).sort((one, other) => one - other);
      const figures = [0.5, 0.9, 0.99, 1].map((part) => percentile(seconds, part).toFixed(1).padStart(7));
      return `  ${kind.padEnd(42)}${`${seconds.length}`.padStart(4)}${figures.join('')}`;
    });
}

/** The value that this part of the sorted values does not exceed (nearest rank). */
export const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;

const counted = (names: readonly string[]): [string, number][] =>
  [...Map.groupBy(names, (name) => name)].map(([name, those]): [string, number] => [name, those.length]).sort();
