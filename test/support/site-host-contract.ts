// The whole contract of a site host in one place, since every host is held to all of it.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type CompanyId, parseCompanyId } from '../../src/company/company-id.ts';
import { type OwnerName, ownerName } from '../../src/company/owner-name.ts';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { type SiteHost, SiteHostError, type SitePlan, type SiteStep } from '../../src/provisioning/site-host.ts';
import { acme } from './site-plan.ts';
import type { SleepingWorker } from './sleeping-worker.ts';

/** A site host, and what the contract needs besides to observe it. */
export interface HostUnderTest {
  readonly host: SiteHost;
  /** Whether the plan's adminEmail can log in with the plan's adminPassword; false when there is no such site. */
  login(plan: SitePlan): Promise<boolean>;
  /** The plan's folder, whether it exists or not: everything that the host keeps of a site on disk. */
  siteFolder(plan: SitePlan): string;
  /** A worker in a process of its own that stalls in the middle of a step of the plan, while what it started continues. */
  fallAsleep(plan: SitePlan): Promise<SleepingWorker>;
  /** Keeps the plan's site and its claims as versions did that knew a company by its id alone. */
  asEarlierVersion(plan: SitePlan): Promise<void>;
  /** A name that no site has; each call another one. `acme-1.localhost` and so on unless given. */
  newSiteName?(): string;
}

/**
 * What every site host must do. `open` gives each test a host of its own (or a share of a costly one) and
 * closes it with `t.after`. The host must offer an app. `timeout` is for one test, in milliseconds; a test makes at most two sites.
 * `skip` says why the suite cannot be run here.
 */
export function siteHostContract(
  name: string,
  open: (t: TestContext) => Promise<HostUnderTest>,
  { timeout = 60_000, skip = false }: { readonly timeout?: number; readonly skip?: string | false } = {},
): void {
  const contract = (title: string, body: (opened: HostUnderTest) => Promise<void>) =>
    test(`${name} ${title}`, { timeout, skip }, async (t) => body(await open(t)));

  describe(`${name} keeps the site host contract`, () => {
    contract('creates a site, finds nothing to do on a second run, and undoes it completely', async (opened) => {
      const plan = await newPlan(opened);
      const steps = opened.host.steps(plan);
      assert.deepEqual(
        steps.map((step) => step.name),
        ['preflight', 'create-site', ...plan.apps.map((app) => `install-app:${app}`), 'set-up-company', 'verify'],
      );
      assert.ok(steps.every((step) => step.title !== '' && step.weight > 0));
      assert.equal(await opened.login(plan), false, 'nobody logs in before there is a site');

      for (const step of steps) {
        if (leavesAnEffect(step)) assert.equal(await step.check(ever), false, `${step.name} is not done yet`);
        await step.run({ signal: ever, progress: isPercent });
        await step.verify(ever);
        if (leavesAnEffect(step)) assert.equal(await step.check(ever), true, `${step.name} is done`);
        await assertNoSecret(opened.siteFolder(plan), plan);
      }
      assert.equal(await opened.login(plan), true);
      assert.equal(await opened.login({ ...plan, adminPassword: `${plan.adminPassword}x` }), false);

      const before = await snapshot(opened.siteFolder(plan));
      assert.deepEqual(await madeAgain(opened.host, plan), [], 'a second run has nothing to do');
      assert.deepEqual(await snapshot(opened.siteFolder(plan)), before, 'and changes nothing');

      for (const step of steps.toReversed()) {
        await step.undo(ever);
        if (leavesAnEffect(step)) assert.equal(await step.check(ever), false, `${step.name} is undone`);
        await step.undo(ever);
      }
      assert.equal(await exists(opened.siteFolder(plan)), false, 'nothing is left');
      assert.equal(await opened.login(plan), false);
    });

    contract('continues with the first step that has no effect, wherever it was stopped', async (opened) => {
      const plan = await newPlan(opened);
      const names = opened.host.steps(plan).map((step) => step.name);
      for (const [index, stoppedAfter] of names.entries()) {
        const stop = new AbortController();
        const reason = new Error(`stopped after ${stoppedAfter}`);
        const ran: string[] = [];
        const attempt = provision(opened.host, plan, stop.signal, (step) => {
          ran.push(step);
          if (step === stoppedAfter) stop.abort(reason);
        });
        await assert.rejects(attempt, (error) => error === reason);
        // Until the site exists, preflight runs again; after that each attempt continues with exactly the next step.
        assert.deepEqual(ran, index === 1 ? names.slice(0, 2) : [stoppedAfter]);
      }
      assert.deepEqual(await madeAgain(opened.host, plan), []);
      assert.equal(await opened.login(plan), true);
    });

    contract(
      'stops in the middle of a step with the reason of the signal, and undoes the partial step',
      async (opened) => {
        const plan = await newPlan(opened);
        for (const step of opened.host.steps(plan)) {
          const stop = new AbortController();
          const reason = new Error(`stopped in ${step.name}`);
          const running = step.run({ signal: stop.signal, progress: isPercent });
          stop.abort(reason);
          await assert.rejects(running, (error) => error === reason);
          await step.undo(ever);
          if (leavesAnEffect(step)) assert.equal(await step.check(ever), false);
          await step.run({ signal: ever, progress: isPercent });
          await step.verify(ever);
        }
        assert.equal(await opened.login(plan), true);
      },
    );

    contract('begins nothing when the signal has already aborted', async (opened) => {
      const plan = await newPlan(opened);
      const reason = new Error('stopped before');
      const signal = AbortSignal.abort(reason);
      for (const step of opened.host.steps(plan)) {
        await assert.rejects(step.check(signal), (error) => error === reason, `check of ${step.name}`);
        await assert.rejects(step.run({ signal, progress: isPercent }), (error) => error === reason, step.name);
      }
      assert.equal(await exists(opened.siteFolder(plan)), false);
    });

    contract('never touches the site of another company', async (opened) => {
      const theirs = await newPlan(opened);
      await provision(opened.host, theirs);
      const before = await snapshot(opened.siteFolder(theirs));

      // In another database the same number is another company's.
      for (const id of [companyId(2), theirs.companyId]) {
        const asked = { companyName: 'Ours', adminPassword: 'another-canary-8ho2', adoptSince: new Date(0) };
        const ours = { ...theirs, ...asked, companyId: id, owner: ownerOf(id), fencingToken: 7 };
        const steps = opened.host.steps(ours);
        for (const step of steps) {
          assert.equal(await step.check(ever), false, `${step.name} is not ours`);
          const error = await failureOf(step.run({ signal: ever, progress: isPercent }));
          assert.equal(error.reason, 'SITE_NAME_TAKEN', step.name);
          assert.ok(!`${error.message}${error.detail}`.includes(theirs.companyId), 'whose it is, is nobody’s business');
        }
        for (const step of steps.toReversed()) await step.undo(ever);

        assert.deepEqual(await snapshot(opened.siteFolder(theirs)), before);
        assert.equal(await opened.login(theirs), true);
        assert.equal(await opened.login(ours), false);
        assert.deepEqual(await madeAgain(opened.host, theirs), [], 'nor is a newer claim of ours one of theirs');
      }
    });

    const contradictions: Readonly<Record<string, (made: SitePlan) => SitePlan>> = {
      'whose company has had no site': (made) => ({ ...made, adoptSince: undefined }),
      'that is older than the company': (made) => ({ ...made, adoptSince: new Date(Date.now() + 60_000) }),
      'that a newer claim has worked on': (made) => ({ ...made, fencingToken: made.fencingToken - 1 }),
      'of another company id': (made) => ({ ...made, companyId: companyId(2), owner: ownerOf(companyId(2)) }),
      'that two rows of the id claim': (made) => ({ ...made, owner: ownerOf(made.companyId) }),
    };
    for (const [what, askedFor] of Object.entries(contradictions)) {
      contract(`does not adopt a site of an earlier version ${what}`, async (opened) => {
        const made = await madeByEarlierVersion(opened);
        const ours = askedFor(made);
        if (ours.owner !== made.owner) await opened.host.steps(made)[0]?.check(ever);
        const before = await snapshot(opened.siteFolder(made));
        const [, createSite] = opened.host.steps(ours);
        assert.equal(await createSite?.check(ever), false);
        assert.equal((await failureOf(provision(opened.host, ours))).reason, 'SITE_NAME_TAKEN');
        await createSite?.undo(ever);
        assert.deepEqual(await snapshot(opened.siteFolder(made)), before);
      });
    }

    contract('adopts the site that an earlier version began for the company, and completes it', async (opened) => {
      const plan = await madeByEarlierVersion(opened);
      const names = opened.host.steps(plan).map(({ name }) => name);
      assert.deepEqual(await madeAgain(opened.host, claimedAgain(plan)), names.slice(2, -1));
      assert.equal(await opened.login(plan), true);
      for (const step of opened.host.steps(claimedAgain(plan)).toReversed()) await step.undo(ever);
      assert.equal(await exists(opened.siteFolder(plan)), false);
    });

    contract('refuses an older claim after a newer one’s first request, and changes nothing', async (opened) => {
      const older = await newPlan(opened);
      const [preflight, createSite] = opened.host.steps(older);
      for (const step of [preflight, createSite]) await step?.run({ signal: ever, progress: isPercent });
      const newer = claimedAgain(older);
      assert.equal(await opened.host.steps(newer)[1]?.check(ever), true, 'what was made under the older claim counts');
      await assertRefused(opened, older);

      await provision(opened.host, newer);
      await assertRefused(opened, older);
      assert.equal(await opened.login(newer), true);

      for (const step of opened.host.steps(newer).toReversed()) await step.undo(ever);
      await assertRefused(opened, older);
      assert.equal(await exists(opened.siteFolder(older)), false, 'nothing reappears');
    });

    contract('ends the work of a stalled worker, and refuses it when it resumes', async (opened) => {
      const older = await newPlan(opened);
      const sleeper = await opened.fallAsleep(older);

      const newer = claimedAgain(older);
      const step = opened.host.steps(newer).find(({ name }) => name === sleeper.step);
      assert.equal(await step?.check(ever), false, 'the older claim’s partial step has no effect');
      await step?.undo(ever);
      await provision(opened.host, newer);
      assert.equal(await opened.login(newer), true);

      const before = await snapshot(opened.siteFolder(newer));
      assert.equal(await sleeper.wake(), 'lease-lost');
      assert.deepEqual(await snapshot(opened.siteFolder(newer)), before);
      assert.equal(await opened.login(newer), true);
      assert.deepEqual(await madeAgain(opened.host, claimedAgain(newer)), [], 'a further attempt finds it complete');
    });

    contract('leaves a folder alone that is not proven to be the company’s', async (opened) => {
      const plan = await newPlan(opened);
      const folder = opened.siteFolder(plan);
      await mkdir(folder, { recursive: true });
      for (const content of [undefined, 'precious']) {
        if (content !== undefined) await writeFile(join(folder, 'notes.txt'), content);
        const before = await snapshot(folder);
        assert.equal((await failureOf(provision(opened.host, plan))).reason, 'SITE_NAME_TAKEN');
        for (const step of opened.host.steps(plan).toReversed()) await step.undo(ever);
        assert.deepEqual(await snapshot(folder), before);
      }
    });

    contract('refuses an app that is not offered before creating anything', async (opened) => {
      const plan = await newPlan(opened);
      const withUnknown = { ...plan, apps: [...plan.apps, 'no_such_app'] };
      const error = await failureOf(provision(opened.host, withUnknown));
      assert.equal(error.reason, 'APP_NOT_AVAILABLE');
      assert.match(error.message, /no_such_app/);
      assert.equal(await exists(opened.siteFolder(plan)), false);
    });

    contract('refuses names that point outside its directory, and undoes nothing there', async (opened) => {
      const plan = await newPlan(opened);
      const inside = opened.siteFolder({ ...plan, siteName: `kept-${plan.siteName}` });
      const outside = opened.siteFolder({ ...plan, siteName: `../${plan.siteName}` });
      try {
        for (const folder of [inside, outside]) {
          await mkdir(folder, { recursive: true });
          await writeFile(join(folder, 'notes.txt'), 'precious');
        }
        const before = [await snapshot(inside), await snapshot(outside)];
        for (const siteName of [
          `../${plan.siteName}`,
          `./kept-${plan.siteName}`,
          '..',
          '.',
          '',
          '-- -x',
          'a.b/../..',
        ]) {
          const escaping = { ...plan, siteName };
          const steps = opened.host.steps(escaping);
          for (const step of steps) await failureOf(step.run({ signal: ever, progress: isPercent }));
          for (const step of steps.toReversed()) await step.undo(ever);
          assert.deepEqual([await snapshot(inside), await snapshot(outside)], before, `after ‘${siteName}’`);
        }
      } finally {
        await Promise.all([inside, outside].map((folder) => rm(folder, { recursive: true, force: true })));
      }
    });
  });
}

const ever = new AbortController().signal;
const isPercent = (percent: number) => assert.ok(percent >= 0 && percent <= 100);

/** Before the site is there, these two have nothing to show for themselves. */
const leavesAnEffect = (step: SiteStep) => step.name !== 'preflight' && step.name !== 'verify';

/** Of a row of its own. */
const ownerOf = (id: CompanyId): OwnerName => ownerName({ id, identity: randomUUID() });

let siteCount = 0;

/** A plan that the host can make, with a name of its own and a password that is easy to find again. */
async function newPlan({ host, newSiteName }: HostUnderTest): Promise<SitePlan> {
  siteCount += 1;
  return {
    companyId: companyId(1),
    owner: acme.owner,
    fencingToken: 1,
    siteName: newSiteName?.() ?? `acme-${siteCount}.localhost`,
    companyName: 'Acme Trading & Söhne',
    companyAbbr: 'ATS',
    adminEmail: 'ada@acme.example',
    adminPassword: 'canary-Zq7!x9Ww-pass',
    defaultCurrency: 'EUR',
    country: 'Germany',
    apps: (await host.offeredApps()).slice(0, 2),
  };
}

/** The plan of a site that was begun, as versions left it that knew a company by its id alone. */
async function madeByEarlierVersion(opened: HostUnderTest): Promise<SitePlan> {
  const plan = { ...(await newPlan(opened)), fencingToken: 5, adoptSince: new Date(Date.now() - 60_000) };
  const [preflight, createSite] = opened.host.steps(plan);
  for (const step of [preflight, createSite]) await step?.run({ signal: ever, progress: isPercent });
  await opened.asEarlierVersion(plan);
  return plan;
}

/** The plan as another worker has it after a take-over. */
const claimedAgain = (plan: SitePlan): SitePlan => ({ ...plan, fencingToken: plan.fencingToken + 1 });

/** Every part of every step rejects with an Interruption, and changes nothing. */
async function assertRefused({ host, siteFolder }: HostUnderTest, plan: SitePlan): Promise<void> {
  const before = await snapshot(siteFolder(plan));
  const isLost = (error: unknown) => error instanceof Interruption && error.reason === 'lease-lost';
  for (const step of host.steps(plan)) {
    await assert.rejects(step.run({ signal: ever, progress: isPercent }), isLost, `run of ${step.name}`);
    if (!leavesAnEffect(step)) continue;
    await assert.rejects(step.check(ever), isLost, `check of ${step.name}`);
    await assert.rejects(step.verify(ever), isLost, `verify of ${step.name}`);
    await assert.rejects(step.undo(ever), isLost, `undo of ${step.name}`);
  }
  assert.deepEqual(await snapshot(siteFolder(plan)), before);
}

function companyId(number: number) {
  const id = parseCompanyId(`COMP-2026-${String(number).padStart(5, '0')}`);
  assert.ok(id);
  return id;
}

/** Runs the steps as a worker does and returns the names of those that had to be run. */
async function provision(
  host: SiteHost,
  plan: SitePlan,
  signal = ever,
  afterStep: (name: string) => void = () => {},
): Promise<readonly string[]> {
  const ran: string[] = [];
  for (const step of host.steps(plan)) {
    signal.throwIfAborted();
    if (await step.check(signal)) continue;
    await step.run({ signal, progress: isPercent });
    await step.verify(signal);
    ran.push(step.name);
    afterStep(step.name);
  }
  signal.throwIfAborted();
  return ran;
}

/** What a further run makes. A host may look at the whole site each time: that is a verification, and makes nothing. */
const madeAgain = async (host: SiteHost, plan: SitePlan): Promise<readonly string[]> =>
  (await provision(host, plan)).filter((step) => step !== 'verify');

/** The SiteHostError that the work ends with; it must not carry a password. */
async function failureOf(work: Promise<unknown>): Promise<SiteHostError> {
  const error = await work.then(
    () => assert.fail('It should have failed.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SiteHostError, `a SiteHostError and not ${error}`);
  assert.ok(!`${error.message}${error.detail}`.includes('canary'), 'an error carries no secret');
  return error;
}

async function assertNoSecret(folder: string, { adminPassword }: SitePlan): Promise<void> {
  const spellings = (['utf8', 'utf16le', 'base64', 'base64url', 'hex'] as const).map((encoding) =>
    encoding === 'utf16le' ? Buffer.from(adminPassword, encoding) : Buffer.from(adminPassword).toString(encoding),
  );
  for (const path of await filesOf(folder)) {
    const bytes = await readFile(path);
    for (const spelling of spellings) assert.ok(!bytes.includes(spelling), `the password stands in ${path}`);
  }
}

/** Everything below the folder: paths, contents and times of change; undefined when there is no folder. */
async function snapshot(folder: string): Promise<readonly string[] | undefined> {
  if (!(await exists(folder))) return undefined;
  return Promise.all(
    (await filesOf(folder)).toSorted().map(async (path) => {
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return `${path} ${digest} ${(await stat(path)).mtimeMs}`;
    }),
  );
}

async function filesOf(folder: string): Promise<readonly string[]> {
  if (!(await exists(folder))) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
