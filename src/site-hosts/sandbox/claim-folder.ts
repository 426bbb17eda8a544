import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Interruption } from '../../provisioning/interruption.ts';
import type { SitePlan } from '../../provisioning/site-host.ts';
import { unlessMissing } from './json-file.ts';

/**
 * Each claim of a company has a folder, named by its fencing token: `.claims/COMP-2026-00001.<uuid>/7/`. Everything that a
 * claim publishes or removes moves out of its folder or into it, by one rename. A newer claim first removes the folders of
 * older ones, so that a stalled worker that resumes can no longer publish anything.
 * The newest claim's folder remains even when the site is removed: it shows older claims that they are outdated.
 */
export const claimFolder = (directory: string, plan: SitePlan): string =>
  join(claimsFolder(directory, plan), String(plan.fencingToken));

const claimsFolder = (directory: string, plan: SitePlan): string => join(directory, '.claims', plan.owner);

/** Does the work under the plan's claim. Throws an Interruption when a newer one exists, before the work or after it. */
export async function underClaim<T>(directory: string, plan: SitePlan, work: () => Promise<T>): Promise<T> {
  await enterClaim(directory, plan);
  try {
    return await work();
  } finally {
    // What the work found or missed may be a newer claim's doing.
    await olderClaims(directory, plan);
  }
}

async function enterClaim(directory: string, plan: SitePlan): Promise<void> {
  await olderClaims(directory, plan);
  const folder = claimFolder(directory, plan);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Of two claims that enter at once, the older one is seen here by the newer, or sees the newer.
  for (const older of await olderClaims(directory, plan)) {
    // Moved first, as a whole: nothing half-removed may be published either.
    const taken = join(folder, `claim-${older}`);
    await rm(taken, { recursive: true, force: true });
    await rename(join(claimsFolder(directory, plan), String(older)), taken).catch(unlessMissing);
    await rm(taken, { recursive: true, force: true });
  }
}

/** The tokens of the company's older claims that still have their folders. Throws an Interruption when a newer one exists. */
async function olderClaims(directory: string, plan: SitePlan): Promise<readonly number[]> {
  const entries = (await readdir(claimsFolder(directory, plan)).catch(unlessMissing)) ?? [];
  const others = entries.map(Number).filter((token) => token !== plan.fencingToken);
  if (others.some((token) => token > plan.fencingToken)) throw new Interruption('lease-lost');
  return others;
}
