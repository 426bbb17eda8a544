import { SiteHostError, type SitePlan, type SiteStep } from '../../../provisioning/site-host.ts';
import { verifiedFile } from '../site-files.ts';
import { findOurs, requireOurs } from '../site-folder.ts';
import { visitSite } from '../visit-site.ts';

/** Opens the finished site over HTTP as its administrator would; its effect is the note that the site is as planned. */
export function verify(directory: string, plan: SitePlan): SiteStep {
  const isNoted = async () => {
    const site = await findOurs(directory, plan);
    return site !== undefined && (await verifiedFile.read(site.folder)) !== undefined;
  };

  return {
    name: 'verify',
    title: 'Verifying the site',
    completed: 'Site verified',
    weight: 3,
    async check(signal) {
      signal.throwIfAborted();
      if (!(await isNoted())) return false;
      // The note may be older than a change of the site; only its present state counts.
      return visitSite(directory, plan, signal).then(
        () => true,
        (error) => {
          if (error instanceof SiteHostError && error.reason === 'VERIFICATION_FAILED') return false;
          throw error;
        },
      );
    },
    async run({ signal, progress, print }) {
      signal.throwIfAborted();
      const site = await requireOurs(directory, plan);
      await visitSite(directory, plan, signal);
      print?.(`opened ${plan.siteName} over HTTP and logged in as its administrator`);
      progress(90);
      await verifiedFile.write(site, { verifiedAt: new Date().toISOString() }, signal);
    },
    async verify(signal) {
      signal.throwIfAborted();
      if (!(await isNoted())) throw new SiteHostError('VERIFICATION_FAILED', 'The finished site was not verified.');
    },
    async undo(signal) {
      signal.throwIfAborted();
      const site = await findOurs(directory, plan);
      if (site !== undefined) await verifiedFile.remove(site);
    },
  };
}
