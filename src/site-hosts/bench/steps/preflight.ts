import { SiteHostError, type SiteStep } from '../../../provisioning/site-host.ts';
import type { BenchSite } from '../bench-site.ts';
import * as protocol from '../protocol.ts';

/** Name free or this company's, apps on the bench, database reachable: what would fail after a minute fails in a second. */
export const preflight = (site: BenchSite): SiteStep => ({
  name: 'preflight',
  title: 'Running preflight checks',
  completed: 'Preflight checks passed',
  weight: 1,
  check: (signal) => site.isFinished('create-site', signal),
  async run({ signal, print }) {
    const { apps } = await site.ask(protocol.preflight, { database: site.database }, { signal, print });
    const missing = site.plan.apps.filter((app) => !apps.includes(app));
    if (missing.length > 0) {
      throw new SiteHostError('APP_NOT_AVAILABLE', `The bench does not have ${missing.join(', ')}; leave it out.`);
    }
  },
  async verify() {
    // It has no effect to verify.
  },
  async undo() {
    // It has no effect to undo.
  },
});
