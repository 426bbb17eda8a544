import type { CompanyId } from '../src/company/company-id.ts';
import type { Log } from '../src/observability/log.ts';
import type { Waiting } from '../src/provisioning/waiting.ts';

/** Tells of each company that has waited for longer than `limit` milliseconds; once, as long as it waits. */
export function waitingAlarm(limit: number, log: Log): (waiting: readonly Waiting[]) => void {
  let told: ReadonlySet<CompanyId> = new Set();
  return (waiting) => {
    const late = waiting.filter(({ seconds }) => seconds * 1_000 > limit);
    for (const { id, seconds } of late) {
      if (!told.has(id)) {
        log.warn(
          { companyId: id, seconds: Math.round(seconds) },
          'a company waits for a worker for too long; are there enough?',
        );
      }
    }
    told = new Set(late.map(({ id }) => id));
  };
}
