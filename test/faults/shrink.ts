import type { Outcome } from './outcome.ts';
import { type Schedule, withFaults } from './schedule.ts';

/** How often a failing schedule is run again at most, to find out what it needs to fail. */
const mostRuns = 8;

/** Leaves out one fault after the other, as long as it still fails. Resolves to the numbers of the faults that are left. */
export async function shrink(
  schedule: Schedule,
  runAgain: (schedule: Schedule) => Promise<Outcome>,
): Promise<readonly number[]> {
  let needed = schedule.faults.map((_fault, index) => index + 1);
  for (const number of needed.slice(0, mostRuns)) {
    const fewer = needed.filter((other) => other !== number);
    const { complaints } = await runAgain(withFaults(schedule, fewer));
    if (complaints.length > 0) needed = fewer;
  }
  return needed;
}
