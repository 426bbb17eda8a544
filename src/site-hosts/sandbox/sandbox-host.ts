import { type SiteHost, SiteHostError, type SitePlan, type SiteStep } from '../../provisioning/site-host.ts';
import { adoptSite } from './adopt-site.ts';
import { underClaim } from './claim-folder.ts';
import { rehearsed } from './rehearsals.ts';
import { createSite } from './steps/create-site.ts';
import { installApp } from './steps/install-app.ts';
import { preflight } from './steps/preflight.ts';
import { setUpCompany } from './steps/set-up-company.ts';
import { verify } from './steps/verify.ts';

/** Frappe's best-known business apps: those that a bench usually has, so that a request that works here works there. */
const sandboxApps = ['erpnext', 'hrms', 'crm', 'helpdesk', 'insights'] as const;

/**
 * The site host for a machine without a bench: small real sites, one folder each below `directory`, which need not exist yet.
 * It keeps nothing open. Any number of hosts and websites may share a directory; a site is changed by one of them at a time.
 * `sandboxWebsite` serves them. Some names rehearse a failure (rehearsals.ts).
 */
export function openSandboxHost({ directory }: { directory: string }): SiteHost {
  return {
    kind: 'sandbox',
    offeredApps: async () => sandboxApps,
    steps(plan) {
      const steps = [
        preflight(directory, plan, sandboxApps),
        createSite(directory, plan),
        ...Array.from(new Set(plan.apps), (app) => installApp(directory, plan, app, sandboxApps)),
        setUpCompany(directory, plan),
        verify(directory, plan),
      ];
      return rehearsed(steps, plan)
        .map((step) => underNewestClaim(step, directory, plan))
        .map(withDiskErrorsNamed);
    },
  };
}

/** The step, refused once a newer claim of the company exists. */
function underNewestClaim(step: SiteStep, directory: string, plan: SitePlan): SiteStep {
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

/** The step, whose errors of the disk (no space, no permission) are failures of the host and not defects. */
function withDiskErrorsNamed(step: SiteStep): SiteStep {
  return {
    ...step,
    check: (signal) => step.check(signal).catch(nameDiskError),
    run: (context) => step.run(context).catch(nameDiskError),
    verify: (signal) => step.verify(signal).catch(nameDiskError),
    undo: (signal) => step.undo(signal).catch(nameDiskError),
  };
}

const diskErrors = ['EACCES', 'EDQUOT', 'EEXIST', 'EIO', 'EMFILE', 'ENFILE', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'];
const transientErrors = ['EMFILE', 'ENFILE'];

function nameDiskError(error: NodeJS.ErrnoException): never {
  const { code = '' } = error;
  if (!diskErrors.includes(code)) throw error;
  throw new SiteHostError('HOST_UNAVAILABLE', 'The server cannot store sites at the moment.', {
    detail: error.message,
    transient: transientErrors.includes(code),
    cause: error,
  });
}
