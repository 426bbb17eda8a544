import type { CompanyId } from '../src/company/company-id.ts';
import type { Log } from '../src/log.ts';
import { type ProvisioningDeps, provisionCompany } from '../src/provisioning/provision-company.ts';
import { findAbandoned } from '../src/provisioning/waiting.ts';
import { type JobWorker, openJobWorker } from './job-queue.ts';

/** The queue of long work: an attempt may take up to its deadline, 600 s by default. */
export const provisionQueue = 'long';

/** Provisions the companies that the queue names; closing hands back what is under way. */
export function openProvisionWorker(
  deps: ProvisioningDeps,
  options: { redisUrl: string; concurrency: number; log: Log },
): JobWorker {
  const shutdown = new AbortController();
  const { signal } = shutdown;

  /** A company that lost its worker has had its turn already: it comes first, and not behind all that were queued since. */
  const provision = async (companyId: CompanyId): Promise<void> => {
    const abandoned = await findAbandoned(deps.em);
    if (abandoned) await provisionCompany(deps, abandoned, signal);
    if (!signal.aborted) await provisionCompany(deps, companyId, signal);
  };

  const worker = openJobWorker(provisionQueue, options.redisUrl, options.concurrency, provision, options.log);
  return {
    ...worker,
    close() {
      shutdown.abort();
      return worker.close();
    },
  };
}
