import { SiteHostError, type SitePlan, type SiteStep } from '../../../provisioning/site-host.ts';
import { appsFile } from '../site-files.ts';
import { findOurs, requireOurs } from '../site-folder.ts';
import { appNotAvailable } from './preflight.ts';

/** `app` among the site's installed apps. */
export function installApp(directory: string, plan: SitePlan, app: string, offeredApps: readonly string[]): SiteStep {
  const isInstalled = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    const site = await findOurs(directory, plan);
    const apps = site && (await appsFile.read(site.folder));
    signal.throwIfAborted();
    return apps?.includes(app) ?? false;
  };

  return {
    name: `install-app:${app}`,
    title: `Installing ${app}`,
    completed: `App ${app} installed`,
    weight: 2,
    check: isInstalled,
    async run({ signal, print }) {
      signal.throwIfAborted();
      if (!offeredApps.includes(app)) throw appNotAvailable([app]);
      const site = await requireOurs(directory, plan);
      const others = ((await appsFile.read(site.folder)) ?? []).filter((installed) => installed !== app);
      await appsFile.write(site, [...others, app], signal);
      print?.(`added ${app} to ${plan.siteName}/apps.json`);
    },
    async verify(signal) {
      if (!(await isInstalled(signal))) {
        throw new SiteHostError('APP_INSTALL_FAILED', `${app} could not be installed.`);
      }
    },
    async undo(signal) {
      signal.throwIfAborted();
      const site = await findOurs(directory, plan);
      if (site === undefined) return;
      const apps = await appsFile.read(site.folder);
      if (!apps?.includes(app)) return;
      const others = apps.filter((installed) => installed !== app);
      await (others.length === 0 ? appsFile.remove(site) : appsFile.write(site, others, signal));
    },
  };
}
