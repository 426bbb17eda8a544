/** The pause after each failure of a delivery, in milliseconds; it is given up after one more than there are. */
export type RetrySchedule = readonly number[];

const [second, minute, hour] = [1_000, 60_000, 3_600_000];

/** As Standard Webhooks recommends: more than three days in all. */
export const usualSchedule: RetrySchedule = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** How long to wait after so many failures, give or take a tenth, so that what failed together is not sent together; undefined after the last. */
export function pauseAfter(schedule: RetrySchedule, failures: number): number | undefined {
  const pause = schedule[failures - 1];
  return pause === undefined ? undefined : Math.round(pause * (0.9 + 0.2 * Math.random()));
}
