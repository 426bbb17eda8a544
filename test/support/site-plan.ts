import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { parseCompanyId } from '../../src/company/company-id.ts';
import { ownerName } from '../../src/company/owner-name.ts';
import { type SiteHost, SiteHostError, type SitePlan, type SiteStep } from '../../src/provisioning/site-host.ts';

export const ever = new AbortController().signal;

/** Where the sites of the benches under test are reached: by no port, as behind a proxy. */
export const siteUrl = (siteName: string): string => `https://${siteName}/`;

/** Its secrets all hold the word "canary". */
export const acme: SitePlan = {
  companyId: companyId(1),
  owner: `${companyId(1)}.0b0e6f3c-5d1f-4c58-9a53-6f0d0c1b7a01`,
  fencingToken: 1,
  siteName: 'acme.localhost',
  companyName: 'Acme Corporation',
  companyAbbr: 'ACME',
  adminEmail: 'Ada@acme.example',
  adminPassword: 'canary-"Zq7\'\\x9&Ww-pass',
  defaultCurrency: 'USD',
  country: 'United States',
  apps: ['erpnext', 'demo_app'],
};

export function companyId(number: number) {
  const id = parseCompanyId(`COMP-2026-${String(number).padStart(5, '0')}`);
  assert.ok(id);
  return id;
}

/** Another row of this or of another database. */
export const another = (number: number): Pick<SitePlan, 'companyId' | 'owner'> => ({
  companyId: companyId(number),
  owner: ownerName({ id: companyId(number), identity: randomUUID() }),
});

/** Takes every step that is not done yet, up to and with `last`. Resolves to how long each took, in milliseconds. */
export async function make(host: SiteHost, plan: SitePlan, last?: string): Promise<ReadonlyMap<string, number>> {
  const took = new Map<string, number>();
  for (const step of host.steps(plan)) {
    const begin = performance.now();
    if (!(await step.check(ever))) {
      await step.run({ signal: ever, progress() {} });
      await step.verify(ever);
    }
    took.set(step.name, performance.now() - begin);
    if (step.name === last) break;
  }
  return took;
}

/** Takes every step that comes before `name` and is not done yet. */
export async function makeUpTo(host: SiteHost, plan: SitePlan, name: string): Promise<void> {
  const names = host.steps(plan).map((step) => step.name);
  await make(host, plan, names[names.indexOf(name) - 1]);
}

/** Undoes every step, the last one first. */
export async function unmake(host: SiteHost, plan: SitePlan): Promise<void> {
  for (const step of host.steps(plan).toReversed()) await step.undo(ever);
}

export function stepOf(host: SiteHost, plan: SitePlan, name: string): SiteStep {
  const step = host.steps(plan).find((candidate) => candidate.name === name);
  assert.ok(step, name);
  return step;
}

/** The SiteHostError that the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<SiteHostError> {
  const error = await work.then(
    () => assert.fail('It should have failed.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SiteHostError, `a SiteHostError and not ${error instanceof Error ? error.stack : error}`);
  return error;
}
