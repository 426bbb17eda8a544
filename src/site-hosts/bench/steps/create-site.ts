import { randomBytes } from 'node:crypto';
import { SiteHostError, type SiteStep } from '../../../provisioning/site-host.ts';
import { benchProgress } from '../bench-progress.ts';
import type { BenchSite } from '../bench-site.ts';
import * as protocol from '../protocol.ts';

const name = 'create-site';

/** `new-site`: folder, configuration, database, and Frappe itself; with a template, apps too, so that their steps find nothing to do. */
export const createSite = (site: BenchSite): SiteStep => ({
  name,
  title: 'Creating the site',
  completed: 'Site created',
  weight: 28,
  check: (signal) => site.isFinished(name, signal),
  async run({ signal, progress, waitsFor, print, completedHow }) {
    // Nobody logs in as Administrator; the site's own administrator is set up later.
    const administratorPassword = randomBytes(24).toString('base64url');
    const { template } = await site.ask(
      protocol.createSite,
      { database: site.database, administratorPassword, apps: site.plan.apps },
      {
        signal,
        waitsFor,
        print,
        makesSecret: true, // the database's password
        onLine: benchProgress(progress),
        otherwise: { reason: 'HOST_UNAVAILABLE', message: 'The bench could not create the site.' },
      },
    );
    if (template) completedHow?.(`from a template with ${['Frappe', ...template].join(', ')}`);
  },
  verify: (signal) =>
    site.expectFinished(name, 'The bench reported that the site was created, but it does not exist.', signal),
  async undo(signal) {
    await site.ask(protocol.removeSite, {}, { signal }).catch(unlessTaken);
  },
});

/** What belongs to another company, or cannot be a site at all, must not be undone. */
export function unlessTaken(error: unknown): void {
  if (!(error instanceof SiteHostError && error.reason === 'SITE_NAME_TAKEN')) throw error;
}
