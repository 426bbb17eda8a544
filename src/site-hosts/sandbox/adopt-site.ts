import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSiteName } from '../../company/site-name.ts';
import type { SitePlan } from '../../provisioning/site-host.ts';
import { claimFolder } from './claim-folder.ts';
import { unlessMissing } from './json-file.ts';
import { configFile } from './site-files.ts';
import { folderOf } from './site-folder.ts';

/**
 * Makes a site of an earlier version, which names its company by the id alone, the plan's own, unless something contradicts
 * that: it is older than the company, a newer claim than the plan's has worked on it, or another row with that id exists.
 */
export async function adoptSite(directory: string, plan: SitePlan, signal: AbortSignal): Promise<void> {
  const { adoptSince, companyId, fencingToken, owner, siteName } = plan;
  if (!isSiteName(siteName) || adoptSince === undefined) return;
  const folder = folderOf(directory, siteName);
  const config = await configFile.read(folder);
  if (config?.companyId !== companyId || new Date(config.createdAt) < adoptSince) return;

  const claims = join(directory, '.claims');
  const earlier = (await readdir(join(claims, companyId)).catch(unlessMissing)) ?? [];
  const claimants = (await readdir(claims)).filter((name) => name.startsWith(`${companyId}.`));
  if (earlier.some((token) => Number(token) > fencingToken) || claimants.length > 1) return;

  const claim = claimFolder(directory, plan);
  // Moved first, as a whole: a stalled worker of that version can no longer publish anything.
  const taken = join(claim, 'earlier');
  await rename(join(claims, companyId), taken).catch(unlessMissing);
  await rm(taken, { recursive: true, force: true });
  const { sandbox, createdAt } = config;
  await configFile.write({ folder, claim }, { sandbox, owner, createdAt }, signal);
}
