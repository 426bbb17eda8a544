import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SitePlan } from '../../src/provisioning/site-host.ts';

/** Makes a bench's record of a site name another company; without a record there is nothing to do. */
export async function rewriteRecord(bench: string, siteName: string, company: string): Promise<void> {
  const file = join(bench, 'sites/.provisioning', `${siteName}.json`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) await writeFile(file, JSON.stringify({ ...JSON.parse(text), company }));
}

/** Keeps the plan's record and fence as versions did that knew a company by its id alone. */
export async function asEarlierVersion(bench: string, { siteName, companyId, owner }: SitePlan): Promise<void> {
  await rewriteRecord(bench, siteName, companyId);
  const fences = join(bench, 'sites/.provisioning/fences', siteName);
  await rename(join(fences, `${owner}.json`), join(fences, `${companyId}.json`));
}
