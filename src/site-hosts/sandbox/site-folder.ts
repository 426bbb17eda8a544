import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSiteName, type SiteName } from '../../company/site-name.ts';
import { SiteHostError, type SitePlan } from '../../provisioning/site-host.ts';
import { claimFolder } from './claim-folder.ts';
import { type ClaimedFolder, syncFolder, unlessMissing } from './json-file.ts';
import { configFile } from './site-files.ts';

/**
 * Where a site lives below the sandbox's directory:
 *
 *     acme.localhost/                            the site; it appears complete, by one rename, with its site_config.json
 *     .claims/COMP-2026-00001.<uuid>/7/site/     what the company's claim creates or removes; never served
 *
 * So a folder with a site's name whose site_config.json does not name the company was not made for it, and is left alone.
 */
export const folderOf = (directory: string, siteName: SiteName): string => join(directory, siteName);

/** Removes the partial site of this claim, if there is one. */
export async function removePartial(directory: string, plan: SitePlan): Promise<string> {
  const partial = join(claimFolder(directory, plan), 'site');
  await rm(partial, { recursive: true, force: true });
  return partial;
}

async function emptyPartial(directory: string, plan: SitePlan): Promise<string> {
  const partial = await removePartial(directory, plan);
  await mkdir(partial, { mode: 0o700 });
  return partial;
}

/** The plan's folder when it is proven to be this company's, `free` when nothing has the name, `taken` otherwise and for an invalid name. */
export async function lookUp(directory: string, plan: SitePlan): Promise<ClaimedFolder | 'free' | 'taken'> {
  const { siteName } = plan;
  if (!isSiteName(siteName)) return 'taken';
  const folder = folderOf(directory, siteName);
  if ((await lstat(folder).catch(unlessMissing)) === undefined) return 'free';
  const config = await configFile.read(folder);
  return config?.owner === plan.owner ? { folder, claim: claimFolder(directory, plan) } : 'taken';
}

/** The folder of the plan's site, or undefined when this company has none (yet). */
export async function findOurs(directory: string, plan: SitePlan): Promise<ClaimedFolder | undefined> {
  const found = await lookUp(directory, plan);
  return typeof found === 'object' ? found : undefined;
}

/** The folder of the plan's site. Throws SITE_NAME_TAKEN when it is another's, VERIFICATION_FAILED when there is none. */
export async function requireOurs(directory: string, plan: SitePlan): Promise<ClaimedFolder> {
  const found = await lookUp(directory, plan);
  if (found === 'taken') throw siteNameTaken(plan);
  if (found === 'free') throw new SiteHostError('VERIFICATION_FAILED', `The site ${plan.siteName} does not exist.`);
  return found;
}

export const siteNameTaken = (plan: SitePlan): SiteHostError =>
  new SiteHostError('SITE_NAME_TAKEN', `The site name ${plan.siteName} is not available.`);

/** Creates the plan's folder with its site_config.json, all or nothing. Throws SITE_NAME_TAKEN when something else has the name. */
export async function createFolder(directory: string, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const { siteName } = plan;
  const found = await lookUp(directory, plan);
  if (!isSiteName(siteName) || found === 'taken') throw siteNameTaken(plan);
  if (found !== 'free') return;
  const partial = await emptyPartial(directory, plan);
  const config = { sandbox: true, owner: plan.owner, createdAt: new Date().toISOString() } as const;
  await configFile.write({ folder: partial, claim: claimFolder(directory, plan) }, config, signal);
  signal.throwIfAborted();
  await rename(partial, folderOf(directory, siteName)).catch((error: NodeJS.ErrnoException) => {
    // Another company was first: a folder that is not empty, or a file, is never replaced by a folder.
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(error.code ?? '')) throw siteNameTaken(plan);
    throw error;
  });
  await syncFolder(directory);
}

/** Removes the plan's folder if it is this company's, and the partial site of this claim. */
export async function removeFolder(directory: string, plan: SitePlan): Promise<void> {
  await removePartial(directory, plan);
  const site = await findOurs(directory, plan);
  if (site === undefined) return;
  // Moved first: a kill in the middle of the removal must not leave a folder that has lost its site_config.json.
  await rename(site.folder, await emptyPartial(directory, plan)); // an empty folder is replaced by the one that moves
  await syncFolder(directory);
  await removePartial(directory, plan);
}
