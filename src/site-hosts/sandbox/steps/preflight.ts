import { SiteHostError, type SitePlan, type SiteStep } from '../../../provisioning/site-host.ts';
import { findOurs, lookUp, removePartial, siteNameTaken } from '../site-folder.ts';

/**
 * What can be checked before anything is created: the name is free or this company's, the apps are offered. (The claim's
 * folder has shown that the directory is writable.) It has no effect to undo; once the site exists, there is nothing to check.
 */
export function preflight(directory: string, plan: SitePlan, offeredApps: readonly string[]): SiteStep {
  const missing = plan.apps.filter((app) => !offeredApps.includes(app));

  const assertPossible = async (signal: AbortSignal) => {
    if (missing.length > 0) throw appNotAvailable(missing);
    if ((await lookUp(directory, plan)) === 'taken') throw siteNameTaken(plan);
    signal.throwIfAborted();
  };

  return {
    name: 'preflight',
    title: 'Running preflight checks',
    completed: 'Preflight checks passed',
    weight: 1,
    async check(signal) {
      signal.throwIfAborted();
      return missing.length === 0 && (await findOurs(directory, plan)) !== undefined;
    },
    async run({ signal, print }) {
      signal.throwIfAborted();
      await assertPossible(signal);
      print?.(`${plan.siteName} is free; offered apps: ${offeredApps.join(', ')}`);
    },
    verify: assertPossible,
    async undo(signal) {
      signal.throwIfAborted();
      await removePartial(directory, plan);
    },
  };
}

/** The failure of a request for apps that are not offered. */
export const appNotAvailable = (apps: readonly string[]): SiteHostError =>
  new SiteHostError('APP_NOT_AVAILABLE', `These apps are not available: ${apps.join(', ')}.`);
