import { type SiteHost, SiteHostError, type SitePlan, type SiteStep } from '../../provisioning/site-host.ts';
import { adoptSite } from './adopt-site.ts';
import { underClaim } from './claim-folder.ts';
import { createSite } from './steps/create-site.ts';
import { installApp } from './steps/install-app.ts';
import { preflight } from './steps/preflight.ts';
import { setUpCompany } from './steps/set-up-company.ts';
import { verify } from './steps/verify.ts';

/** Frappe's best-known business apps: what a bench usually carries, so that a request that works here works there. */
const sandboxApps = ['erpnext', 'hrms', 'crm', 'helpdesk', 'insights'] as const;

/**
 * The site host for a machine without a bench: small real sites, one folder each below `directory`, which need not exist yet.
 * It holds nothing open. Any number of hosts and websites may share a directory; a site is changed by one of them at a time.
 * `sandboxWebsite` serves what it makes.
 */
export function openSandboxHost({ directory }: { directory: string }): SiteHost {
  return {
    kind: 'sandbox',
    offeredApps: async () => sandboxApps,
    steps: (plan) =>
      [
        preflight(directory, plan, sandboxApps),
        createSite(directory, plan),
        ...Array.from(new Set(plan.apps), (app) => installApp(directory, plan, app, sandboxApps)),
        setUpCompany(directory, plan),
        verify(directory, plan),
      ]
        .map((step) => fenced(step, directory, plan))
        .map(namingDiskFaults),
  };
}

/** The step, refused once a newer claim of the company has been here. */
function fenced(step: SiteStep, directory: string, plan: SitePlan): SiteStep {
  const under = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    return underClaim(directory, plan, async () => {
      await adoptSite(directory, plan, signal);
      return work();
    });
  };
  return {
    ...step,
    check: (signal) => under(signal, () => step.check(signal)),
    run: (context) => under(context.signal, () => step.run(context)),
    verify: (signal) => under(signal, () => step.verify(signal)),
    undo: (signal) => under(signal, () => step.undo(signal)),
  };
}

/** The step, telling trouble with the machine (no room, no permission) apart from defects of ours. */
function namingDiskFaults(step: SiteStep): SiteStep {
  return {
    ...step,
    check: (signal) => step.check(signal).catch(nameDiskFault),
    run: (context) => step.run(context).catch(nameDiskFault),
    verify: (signal) => step.verify(signal).catch(nameDiskFault),
    undo: (signal) => step.undo(signal).catch(nameDiskFault),
  };
}

const diskFaults = ['EACCES', 'EDQUOT', 'EEXIST', 'EIO', 'EMFILE', 'ENFILE', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'];
const passingFaults = ['EMFILE', 'ENFILE'];

function nameDiskFault(error: NodeJS.ErrnoException): never {
  const { code = '' } = error;
  if (!diskFaults.includes(code)) throw error;
  throw new SiteHostError('HOST_UNAVAILABLE', 'The server that keeps the sites cannot store them at the moment.', {
    detail: error.message,
    transient: passingFaults.includes(code),
    cause: error,
  });
}
