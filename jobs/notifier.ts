import type { Notifier } from '../src/company/notifier.ts';
import type { CompanyChannel } from '../src/live/company-channel.ts';
import type { Log } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import type { RedisServer } from '../src/redis/redis-server.ts';
import { mailQueue } from './deliver-mail.job.ts';
import { openJobQueue } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';
import { openQueueTrial } from './try-out-queue.ts';

export interface JobNotifier extends Notifier {
  /** Resolves when a job went its way through Redis. */
  tryOut(): Promise<void>;
  close(): Promise<void>;
}

/** Rings by bee-queue for workers, and by the channel for live streams. */
export function openNotifier(channel: CompanyChannel, redis: RedisServer, metrics: Metrics, log: Log): JobNotifier {
  const provisioning = openJobQueue(provisionQueue, redis, metrics, log);
  const mail = openJobQueue(mailQueue, redis, metrics, log);
  const trial = openQueueTrial(redis);
  return {
    changed: (companyId) => channel.announce(companyId),
    queued: (companyId) => provisioning.add(companyId),
    owed: (companyId) => mail.add(companyId),
    tryOut: trial.tryOut,
    async close() {
      await Promise.all([provisioning.close(), mail.close(), trial.close()]);
    },
  };
}
