import type { SiteHost } from '../../provisioning/site-host.ts';
import { scrub } from '../../secrets/scrub.ts';
import { openAgent } from './agent.ts';
import type { BenchConfig } from './bench-config.ts';
import { benchSite } from './bench-site.ts';
import { apps } from './protocol.ts';
import { createSite } from './steps/create-site.ts';
import { installApp } from './steps/install-app.ts';
import { preflight } from './steps/preflight.ts';
import { setUpCompany } from './steps/set-up-company.ts';
import { verifySite } from './steps/verify-site.ts';

/** How long the list of apps is cached, in milliseconds; a new app on the bench is offered after that. */
const appsAge = 60_000;
const askLimit = 20_000;

/**
 * A Frappe bench (v14 to v16), driven by its own Python. Its sites carry a record of the company that they were made for,
 * and give `siteUrl` as their address.
 */
export function openBenchHost(config: BenchConfig, siteUrl: (siteName: string) => string): SiteHost {
  const agent = openAgent(config);
  let known: { readonly until: number; readonly apps: Promise<readonly string[]> } | undefined;

  const readApps = async (): Promise<readonly string[]> => {
    const { value, lines, secrets } = await agent.ask(apps, {}, { signal: AbortSignal.timeout(askLimit) });
    if (!value) {
      const known = [config.database.adminPassword, ...secrets];
      throw new Error(`The bench could not list its apps:\n${scrub(lines.join('\n'), ...known)}`);
    }
    return value.apps.filter((app) => app !== 'frappe');
  };

  return {
    kind: 'bench',
    offeredApps() {
      if (!known || known.until < Date.now()) {
        known = { until: Date.now() + appsAge, apps: readApps() };
        known.apps.catch(() => {
          known = undefined;
        });
      }
      return known.apps;
    },
    steps(plan) {
      const site = benchSite(openAgent(config), config, siteUrl, plan);
      return [
        preflight(site),
        createSite(site),
        ...plan.apps.map((app) => installApp(site, app)),
        setUpCompany(site),
        verifySite(site),
      ];
    },
  };
}
