import type { Log } from '../src/log.ts';
import { type ProvisioningDeps, provisionCompany } from '../src/provisioning/provision-company.ts';
import { type JobWorker, openJobWorker } from './job-queue.ts';

/** The queue of long work: an attempt may take up to its deadline, 600 s by default. */
export const provisionQueue = 'long';

/** Provisions the companies that the queue names; closing hands back what is under way. */
export function openProvisionWorker(
  deps: ProvisioningDeps,
  options: { redisUrl: string; concurrency: number; log: Log },
): JobWorker {
  const shutdown = new AbortController();
  const worker = openJobWorker(
    provisionQueue,
    options.redisUrl,
    options.concurrency,
    (companyId) => provisionCompany(deps, companyId, shutdown.signal),
    options.log,
  );
  return {
    ...worker,
    close() {
      shutdown.abort();
      return worker.close();
    },
  };
}
