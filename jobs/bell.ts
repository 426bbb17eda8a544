import type { Bell } from '../src/company/bell.ts';
import type { CompanyChannel } from '../src/live/company-channel.ts';
import type { Log } from '../src/log.ts';
import type { CompanyJob } from './company-job.ts';
import { mailQueue } from './deliver-mail.job.ts';
import { openJobQueue } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';

/** Rings by bee-queue for workers, and by the channel for live streams. */
export function openBell(channel: CompanyChannel, redisUrl: string, log: Log): Bell & { close(): Promise<void> } {
  const provisioning = openJobQueue<CompanyJob>(provisionQueue, redisUrl, log);
  const mail = openJobQueue<CompanyJob>(mailQueue, redisUrl, log);
  return {
    changed: (companyId) => channel.announce(companyId),
    queued: (companyId, turn) => provisioning.add(`${companyId}.${turn}`, { companyId }),
    owed: (companyId) => mail.add(companyId, { companyId }),
    async close() {
      await Promise.all([provisioning.close(), mail.close()]);
    },
  };
}
