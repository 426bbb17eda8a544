import type { CompanyId } from '../src/company/company-id.ts';
import type { Log } from '../src/observability/log.ts';
import type { Waiting } from '../src/provisioning/queue.ts';

/** Logs a warning for each company that has waited longer than `limit` milliseconds; once, as long as it waits. */
export function waitingAlarm(limit: number, log: Log): (waiting: readonly Waiting[]) => void {
  let warned: ReadonlySet<CompanyId> = new Set();
  return (waiting) => {
    const late = waiting.filter(({ seconds }) => seconds * 1_000 > limit);
    for (const { id, seconds } of late) {
      if (!warned.has(id)) {
        log.warn(
          { companyId: id, seconds: Math.round(seconds) },
          'a company has waited longer than WAITING_ALARM_SECONDS for a worker; start more workers',
        );
      }
    }
    warned = new Set(late.map(({ id }) => id));
  };
}
