import { SiteHostError, type SitePlan, type SiteStep } from '../../../provisioning/site-host.ts';
import { findOurs, lookUp, removePartial, siteNameTaken } from '../site-folder.ts';

/**
 * What can be known before anything is made: the name is free or ours, the apps are offered. (That the directory is
 * writable, the claim's folder has shown.)
 * It makes nothing that would have to be taken back; once the site is there, there is nothing left to ask.
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
    async run({ signal }) {
      signal.throwIfAborted();
      await assertPossible(signal);
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
  new SiteHostError('APP_NOT_AVAILABLE', `Not available here: ${apps.join(', ')}.`);
