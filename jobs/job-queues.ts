import type { Log } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import type { RedisServer } from '../src/redis/redis-server.ts';
import { mailQueue } from './deliver-mail.job.ts';
import { type JobQueue, openJobQueue } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';
import { openQueueProbe } from './queue-probe.ts';

/** Where jobs are enqueued; workers take them (worker.ts). */
export interface JobQueues {
  readonly provisioning: JobQueue;
  readonly mail: JobQueue;
  /** Resolves once a job of its own went through Redis as the others do; rejects when Redis does not let it. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export function openJobQueues(redis: RedisServer, metrics: Metrics, log: Log): JobQueues {
  const provisioning = openJobQueue(provisionQueue, redis, metrics, log);
  const mail = openJobQueue(mailQueue, redis, metrics, log);
  const { probe, close } = openQueueProbe(redis);
  return {
    provisioning,
    mail,
    probe,
    async close() {
      await Promise.all([provisioning.close(), mail.close(), close()]);
    },
  };
}
