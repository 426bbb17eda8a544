import { randomBytes } from 'node:crypto';
import { SiteHostError, type SiteStep } from '../../../provisioning/site-host.ts';
import { benchProgress } from '../bench-progress.ts';
import type { BenchSite } from '../bench-site.ts';

const name = 'create-site';

/** `new-site`: folder, configuration, database, and Frappe itself; with a template, apps too, whose steps then find nothing to do. */
export const createSite = (site: BenchSite): SiteStep => ({
  name,
  title: 'Create the site',
  weight: 28,
  check: (signal) => site.isFinished(name, signal),
  async run({ signal, progress, waitsFor, tell }) {
    // Nobody logs in as Administrator; who administers the site is set up later.
    const administratorPassword = randomBytes(24).toString('base64url');
    const { template } = await site.ask(
      'create_site',
      { database: site.database, administratorPassword, apps: site.plan.apps },
      {
        signal,
        waitsFor,
        onLine: benchProgress(progress),
        otherwise: { reason: 'HOST_UNAVAILABLE', message: 'The bench could not create the site.' },
      },
    );
    if (template) tell?.(`created from a template with ${['Frappe', ...(template as string[])].join(', ')}.`);
  },
  verify: (signal) =>
    site.expectFinished(name, 'The bench said that the site was created, but it is not there.', signal),
  async undo(signal) {
    await site.ask('remove_site', {}, { signal }).catch(unlessTaken);
  },
});

/** What is not ours, or cannot be a site at all, is not ours to take back. */
export function unlessTaken(error: unknown): void {
  if (!(error instanceof SiteHostError && error.reason === 'SITE_NAME_TAKEN')) throw error;
}
