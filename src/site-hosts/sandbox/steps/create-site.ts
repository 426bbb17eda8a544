import { SiteHostError, type SitePlan, type SiteStep } from '../../../provisioning/site-host.ts';
import { createFolder, findOurs, lookUp, removeFolder, siteNameTaken } from '../site-folder.ts';

/** The site's folder with its configuration. */
export function createSite(directory: string, plan: SitePlan): SiteStep {
  return {
    name: 'create-site',
    title: 'Creating the site',
    completed: 'Site created',
    weight: 2,
    async check(signal) {
      signal.throwIfAborted();
      return (await findOurs(directory, plan)) !== undefined;
    },
    async run({ signal, print }) {
      signal.throwIfAborted();
      await createFolder(directory, plan, signal);
      print?.(`created ${plan.siteName}/site_config.json`);
    },
    async verify(signal) {
      const found = await lookUp(directory, plan);
      signal.throwIfAborted();
      if (found === 'taken') throw siteNameTaken(plan);
      if (found === 'free') throw new SiteHostError('VERIFICATION_FAILED', 'The site was not created.');
    },
    async undo(signal) {
      signal.throwIfAborted();
      await removeFolder(directory, plan);
    },
  };
}
