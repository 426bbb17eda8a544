import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, type TestContext, test } from 'node:test';
import type { CompanyId } from '../../src/company/company-id.ts';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { SiteHostError, type SitePlan, type SiteStep } from '../../src/provisioning/site-host.ts';
import { openSiteHistory, recordingHost } from './site-history.ts';

const stepNames = ['preflight', 'create-site', 'install-app:erpnext', 'set-up-company', 'verify'];
const { signal } = new AbortController();

/** A site in a file of its own. */
function openSite(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'test-site-history-'));
  const file = join(folder, 'sites.sqlite');
  const history = openSiteHistory(file);
  t.after(() => {
    history.close();
    rmSync(folder, { recursive: true });
  });
  const host = recordingHost(file);
  // Cast: any id of this form is one; none is stored.
  const companyId = 'COMP-2026-00001' as CompanyId;
  const plan: SitePlan = {
    companyId,
    owner: `${companyId}.0b0e6f3c-5d1f-4c58-9a53-6f0d0c1b7a01`,
    fencingToken: 1,
    siteName: 'acme.localhost',
    companyName: 'Acme Corporation',
    companyAbbr: 'ACME',
    adminEmail: 'admin@acme.example',
    adminPassword: 'correct horse battery',
    defaultCurrency: 'USD',
    country: 'United States',
    apps: ['erpnext'],
  };
  return {
    file,
    history,
    plan,
    behave: (step: string, mode: Parameters<typeof history.behave>[2]) => history.behave(plan.siteName, step, mode, 1),
    /** The steps as the claim with this token sees them, with a plan that may have changed. */
    claimedWith: (fencingToken: number, changes: Partial<SitePlan> = {}): readonly SiteStep[] =>
      host.steps({ ...plan, fencingToken, ...changes }),
    written: () => history.entries(plan.siteName).map(({ step, token, what }) => `${what} ${step} under ${token}`),
    effects: () => history.effects(plan.siteName),
  };
}

/** Look, do, verify. */
async function take(step: SiteStep): Promise<void> {
  if (await step.check(signal)) return;
  await step.run({ signal, progress() {} });
  await step.verify(signal);
}

async function takeAll(steps: readonly SiteStep[]): Promise<void> {
  for (const step of steps) await take(step);
}

describe('the history of sites', () => {
  test('the history has each step once, and the next claim finds them all', async (t) => {
    const site = openSite(t);
    await takeAll(site.claimedWith(1));
    assert.deepEqual(site.effects(), stepNames);
    await takeAll(site.claimedWith(2));
    assert.deepEqual(
      site.written(),
      stepNames.map((step) => `made ${step} under 1`),
    );
  });

  test('a claim is refused from a newer one’s first request on', async (t) => {
    const site = openSite(t);
    const [, , install] = site.claimedWith(1);
    const [preflight] = site.claimedWith(2);
    assert.ok(install && preflight);
    assert.equal(await preflight.check(signal), false);
    const refusal = (error: unknown): boolean => error instanceof Interruption && error.reason === 'lease-lost';
    await assert.rejects(install.run({ signal, progress() {} }), refusal);
    await assert.rejects(install.undo(signal), refusal);
    assert.deepEqual(site.effects(), []);
    assert.deepEqual(site.written(), Array(2).fill('refused install-app:erpnext under 1'));
    assert.equal(site.history.refused(), 2);
  });

  test('the partial effect of an outdated claim is refused', async (t) => {
    const site = openSite(t);
    const [, create] = site.claimedWith(1);
    const [, again] = site.claimedWith(2);
    assert.ok(create && again);
    const overtake = (percent: number): unknown => percent === 20 && again.check(signal);
    await assert.rejects(create.run({ signal, progress: overtake }), Interruption);
    assert.deepEqual(site.effects(), ['create-site, partial']);
    await again.undo(signal);
    await take(again);
    assert.deepEqual(site.effects(), ['create-site']);
  });

  test('the history has an effect twice that was made without a check', async (t) => {
    const site = openSite(t);
    const [preflight] = site.claimedWith(1);
    assert.ok(preflight);
    for (let times = 1; times <= 2; times += 1) await preflight.run({ signal, progress() {} });
    assert.deepEqual(site.written(), Array(2).fill('made preflight under 1'));
  });

  for (const [mode, transient, half] of [
    ['fail', false, false],
    ['fail-transiently', true, false],
    ['fail-half-way', false, true],
  ] as const) {
    test(`a step of mode ${mode} fails once`, async (t) => {
      const site = openSite(t);
      const [, create] = site.claimedWith(1);
      assert.ok(create);
      await site.behave('create-site', mode);
      await assert.rejects(
        take(create),
        (error: unknown) => error instanceof SiteHostError && error.transient === transient,
      );
      assert.deepEqual(site.effects(), half ? ['create-site, partial'] : []);
      await create.undo(signal);
      await take(create);
      assert.deepEqual(site.effects(), ['create-site']);
    });
  }

  test('a site admits only the password that it was set up with', async (t) => {
    const site = openSite(t);
    const steps = site.claimedWith(1);
    await takeAll(steps.slice(0, -1));
    await assert.rejects(takeAll(site.claimedWith(1, { adminPassword: 'another one' })), SiteHostError);
    await takeAll(steps);
    assert.deepEqual(site.effects(), stepNames);
  });

  test('a write waits for a paused process’s, without blocking the event loop', async (t) => {
    const site = openSite(t);
    const stopped = new DatabaseSync(site.file);
    t.after(() => stopped.close());
    stopped.exec('begin immediate');
    const taken = takeAll(site.claimedWith(1));
    stopped.exec('commit');
    await taken;
    assert.deepEqual(site.effects(), stepNames);
  });

  test('a site is refused to every other company', async (t) => {
    const site = openSite(t);
    await takeAll(site.claimedWith(1));
    const taken = (error: unknown): boolean => error instanceof SiteHostError && error.reason === 'SITE_NAME_TAKEN';
    const owner = site.history.ownerOf('acme.localhost');
    // Its number is the same: another deployment's.
    const other = `${site.plan.companyId}.5b7e6f3c-5d1f-4c58-9a53-6f0d0c1b7a02` as const;
    await assert.rejects(takeAll(site.claimedWith(2, { owner: other, adminPassword: 'another one' })), taken);
    assert.equal(site.history.ownerOf('acme.localhost'), owner);
    assert.ok(await site.history.admits('acme.localhost', 'correct horse battery'));
    assert.ok(!(await site.history.admits('acme.localhost', 'another one')));
    await takeAll(site.claimedWith(1));
  });
});
