import type { Bell } from '../src/company/bell.ts';
import type { CompanyChannel } from '../src/live/company-channel.ts';
import type { Log } from '../src/log.ts';
import type { Metrics } from '../src/metrics.ts';
import { mailQueue } from './deliver-mail.job.ts';
import { openJobQueue } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';

/** Rings by bee-queue for workers, and by the channel for live streams. */
export function openBell(
  channel: CompanyChannel,
  redisUrl: string,
  metrics: Metrics,
  log: Log,
): Bell & { close(): Promise<void> } {
  const provisioning = openJobQueue(provisionQueue, redisUrl, metrics, log);
  const mail = openJobQueue(mailQueue, redisUrl, metrics, log);
  return {
    changed: (companyId) => channel.announce(companyId),
    queued: (companyId) => provisioning.add(companyId),
    owed: (companyId) => mail.add(companyId),
    async close() {
      await Promise.all([provisioning.close(), mail.close()]);
    },
  };
}
