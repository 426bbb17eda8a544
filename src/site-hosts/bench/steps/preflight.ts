import { SiteHostError, type SiteStep } from '../../../provisioning/site-host.ts';
import type { BenchSite } from '../bench-site.ts';

/** Name free or ours, apps on the bench, database within reach: what would fail after a minute fails in a second. */
export const preflight = (site: BenchSite): SiteStep => ({
  name: 'preflight',
  title: 'Check that the site can be made',
  weight: 1,
  check: (signal) => site.isFinished('create-site', signal),
  async run({ signal }) {
    const found = await site.ask('preflight', { database: site.database }, { signal });
    const apps = found['apps'] as readonly string[];
    const missing = site.plan.apps.filter((app) => !apps.includes(app));
    if (missing.length > 0) {
      throw new SiteHostError('APP_NOT_AVAILABLE', `The bench does not have ${missing.join(', ')}; leave it out.`);
    }
  },
  async verify() {
    // It has no effect to verify.
  },
  async undo() {
    // It has no effect to take back.
  },
});
