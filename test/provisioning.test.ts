import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { stepProgress } from '../src/provisioning/step-progress.ts';
import { Faults, type Part } from './support/faulty-host.ts';
import { openFaultyService, runsOf } from './support/faulty-service.ts';

const password = 'canary "Zq7x9W" & more';
const passing = new SiteHostError('HOST_UNAVAILABLE', 'The server is away.', { transient: true });

const healthOf = ({ health }: { health: { state: string; reason: string | null } | null }): string | undefined =>
  health ? `${health.state}: ${health.reason}` : undefined;

const { order, sites } = await openFaultyService(after, { WORKER_CONCURRENCY: '8' });

// Side by side: each company has faults of its own, and the worker takes eight at once.
describe('attempts', { concurrency: 8, timeout: 30_000 }, () => {
  describe('failing steps', () => {
    test('a failed step ends the attempt in plain words, and a retry continues from it', async () => {
      const faults = new Faults();
      const detail = `exit code 1\nlogin with ${password} refused\n{"password":${JSON.stringify(password)}}`;
      faults.fail('set-up-company', new SiteHostError('SET_UP_FAILED', 'The books cannot be opened.', { detail }));
      const company = await order('fails', faults, { adminPassword: password });

      const failed = await company.end();
      assert.equal(failed.status, 'FAILED');
      assert.equal(failed.siteStatus, 'INCOMPLETE');
      assert.deepEqual(failed.failure, {
        reason: 'SET_UP_FAILED',
        message: 'The books cannot be opened.',
        localizedMessage: 'Your company could not be set up on its site.',
        referenceId: failed.id,
        step: 'set-up-company',
        detail: null,
      });
      assert.deepEqual(
        failed.steps.map(({ state }) => state),
        ['DONE', 'DONE', 'DONE', 'FAILED', 'WAITING'],
      );
      const told = (await company.asOperator()).failure?.detail ?? '';
      assert.match(told, /exit code 1\nlogin with \[secret\] refused/);
      assert.doesNotMatch(told, /Zq7x9W/);

      const apology = await company.mail('Site Provisioning Failed: Acme Corporation');
      assert.match(apology, /Your company could not be set up on its site\./);
      assert.ok(apology.includes(failed.id), 'the reference');
      assert.doesNotMatch(apology, /Zq7x9W|exit code|node:|\.ts:\d|^\s+at /m);

      await company.retry();
      const active = await company.end();
      assert.equal(active.status, 'ACTIVE');
      assert.equal(active.attempt, 2);
      assert.equal(active.failure, null);
      assert.deepEqual(runsOf(faults), [1, 1, 1, 2, 1]);
      assert.match(await company.mail('Your Site is Ready: Acme Corporation'), /Zq7x9W/);
      await company.assertMails('Site Provisioning Failed', 'Your Site is Ready');
    });

    test('a failure never shows a password of backslashes, however often the host prints it', async () => {
      const faults = new Faults();
      const adminPassword = '\\'.repeat(512);
      faults.fail(
        'create-site',
        new SiteHostError('HOST_UNAVAILABLE', 'It failed.', { detail: `${adminPassword.slice(1)}x` }),
      );
      const company = await order('backslashes', faults, { adminPassword });
      assert.equal((await company.end()).failure?.reason, 'HOST_UNAVAILABLE');
      assert.equal((await company.asOperator()).failure?.detail?.endsWith('x'), true);
    });

    test('a failed preflight keeps the record of what an earlier attempt made', async () => {
      const faults = new Faults();
      const broken = new SiteHostError('APP_INSTALL_FAILED', 'The app is broken.');
      const away = new SiteHostError('HOST_UNAVAILABLE', 'The bench is away.');
      faults.fail('install-app:erpnext', broken);
      const company = await order('stands', faults);
      assert.equal((await company.end()).siteStatus, 'INCOMPLETE');

      faults.fail('preflight', away);
      await company.retry();
      const failed = await company.end();
      assert.deepEqual([failed.failure?.reason, failed.failure?.step], ['HOST_UNAVAILABLE', 'preflight']);
      assert.equal(failed.siteStatus, 'INCOMPLETE');
    });

    test('a failed preflight of a first attempt leaves no site behind', async () => {
      const faults = new Faults();
      faults.fail('preflight', new SiteHostError('HOST_UNAVAILABLE', 'A database of this name exists already.'));
      const company = await order('untouched', faults);
      assert.equal((await company.end()).siteStatus, 'NOT_CREATED');
    });

    test('an unnamed error is masked for the customer', async () => {
      const faults = new Faults();
      faults.fail('install-app:erpnext', new Error(`ENOENT /home/frappe/${password}`));
      const company = await order('defect', faults, { adminPassword: password });

      const { failure } = await company.end();
      assert.equal(failure?.reason, 'INTERNAL');
      assert.equal(
        failure.message,
        'Something went wrong on our side while installing erpnext. The details have been logged.',
      );
      const apology = await company.mail('Site Provisioning Failed: Acme Corporation');
      assert.match(apology, /Something went wrong on our side/);
      assert.doesNotMatch(apology, /ENOENT|frappe\/|Zq7x9W/);
      const told = (await company.asOperator()).failure?.detail ?? '';
      assert.match(told, /ENOENT \/home\/frappe\/\[secret\]/);
      assert.doesNotMatch(told, /Zq7x9W/);
      await company.assertMails('Site Provisioning Failed');
    });

    test('a transient failure is retried within the attempt', async () => {
      const faults = new Faults();
      faults.fail('create-site', passing, { times: 2 });
      faults.fail('install-app:erpnext', passing, { at: 'verify' });
      const company = await order('passing', faults);

      const healths: Promise<string | undefined>[] = [];
      const events = await company.watch(({ kind }) => {
        if (kind === 'STEP_RETRYING' && healths.length === 0) healths.push(company.read().then(healthOf));
      });
      const active = await company.read();
      assert.equal(active.status, 'ACTIVE');
      assert.equal(active.attempt, 1);
      assert.deepEqual(
        events.filter(({ kind }) => kind === 'STEP_RETRYING').map(({ step }) => step),
        ['create-site', 'create-site', 'install-app:erpnext'],
      );
      assert.deepEqual(await Promise.all(healths), ['RETRYING: The server is away.']);
      assert.equal(active.health, null);
      assert.deepEqual(runsOf(faults), [1, 3, 1, 1, 1]);
      await company.assertMails('Your Site is Ready');
    });

    test('a step that stopped half-way is undone before it runs again, in the next attempt and in the same one', async () => {
      const faults = new Faults();
      faults.stopHalfWay('install-app:erpnext', new Error('killed'));
      faults.stopHalfWay('install-app:erpnext', passing);
      // A fault that waits keeps `check` from taking the half for the whole.
      faults.progress('install-app:erpnext', [50]);
      const company = await order('half-way', faults);

      assert.equal((await company.end()).status, 'FAILED');
      await company.retry();
      assert.equal((await company.end()).status, 'ACTIVE');
      const ofTheStep = faults.entered.filter((entry) => entry.endsWith('install-app:erpnext'));
      assert.deepEqual(
        ofTheStep.map((entry) => entry.split(' ')[0]),
        ['check', 'run', 'check', 'undo', 'run', 'check', 'undo', 'run', 'verify'],
      );
    });
  });

  describe('steps without an effect', () => {
    const lies: [step: string, at: Part][] = [
      ['create-site', 'run'],
      ['create-site', 'check'],
      ['install-app:erpnext', 'run'],
      ['install-app:erpnext', 'check'],
      ['set-up-company', 'run'],
      ['set-up-company', 'check'],
      ['verify', 'run'],
    ];
    for (const [index, [step, at]] of lies.entries()) {
      test(`a step that claims success without an effect never makes a company ACTIVE: ${at} of ${step}`, async () => {
        const faults = new Faults();
        faults.lie(step, { at, times: Number.POSITIVE_INFINITY });
        // Its own verification lies too: what comes after it must notice.
        if (step !== 'verify') faults.lie(step, { at: 'verify', times: Number.POSITIVE_INFINITY });
        const company = await order(`lies-${index}`, faults);
        assert.equal((await company.end()).status, 'FAILED');
        assert.ok(faults.count(step, at) > 0, 'it was asked');

        faults.clear();
        await company.retry();
        assert.equal((await company.end()).status, 'ACTIVE');
      });
    }
  });

  test('progress is reported in whole percentages, forwards only and at most once a second', async () => {
    const faults = new Faults();
    faults.progress('create-site', [33.4, 12, 33.9, -5]);
    const goOn = faults.pause('create-site');
    faults.progress('create-site', [20, 80.5, 70, 250]);
    const finish = faults.pause('create-site');
    const company = await order('progress', faults);

    let told = 0;
    const events = await company.watch(({ step, progress }) => {
      if (step !== 'create-site') return;
      told += 1;
      // The step's start, then what the first and the second pause wait for.
      if (told === 2) goOn();
      if (told === 3) finish();
      assert.ok(progress < 100);
    });

    // Weights 1, 2, 2, 4 and 3: the step goes from 8 to 25 percent of the whole.
    const ofTheStep = events.filter(({ step }) => step === 'create-site');
    assert.deepEqual(
      ofTheStep.map(({ progress }) => progress),
      [8, 13, 24, 25],
    );
    const [start, first, second] = ofTheStep.map(({ occurredAt }) => Date.parse(occurredAt));
    assert.ok(start !== undefined && first !== undefined && second !== undefined);
    assert.ok(first - start >= 950 && second - first >= 950, `${first - start} and ${second - first} milliseconds`);
  });

  describe('sites of others', () => {
    test('a site name that is taken before the attempt is left untouched', async () => {
      const folder = join(sites, 'taken.localhost');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'notes.txt'), 'precious');

      const company = await order('taken');
      const failed = await company.end();
      assert.equal(failed.failure?.reason, 'SITE_NAME_TAKEN');
      assert.equal(failed.siteStatus, 'NOT_CREATED');
      await company.retry();
      assert.equal((await company.end()).status, 'FAILED');
      assert.equal(await readFile(join(folder, 'notes.txt'), 'utf8'), 'precious');
      assert.equal(existsSync(join(folder, 'site_config.json')), false);
      await company.assertMails('Site Provisioning Failed', 'Site Provisioning Failed');
    });

    test('a site name that is taken while the site is made, then cancelled, is left untouched', async () => {
      const folder = join(sites, 'overtaken.localhost');
      const faults = new Faults();
      const goOn = faults.pause('create-site');
      faults.fail('create-site', passing);
      const company = await order('overtaken', faults);
      await faults.reached('create-site');
      await mkdir(folder);
      await writeFile(join(folder, 'site_config.json'), '{"sandbox":true,"companyId":"COMP-2026-99999"}');
      goOn();
      const failed = await company.end();
      assert.equal(failed.failure?.reason, 'SITE_NAME_TAKEN');

      const hung = faults.count('preflight');
      faults.hang('preflight');
      await company.retry();
      await faults.reached('preflight', { nth: hung + 1 });
      await company.cancel();
      assert.equal((await company.end()).failure?.reason, 'CANCELLED');
      assert.equal(
        await readFile(join(folder, 'site_config.json'), 'utf8'),
        '{"sandbox":true,"companyId":"COMP-2026-99999"}',
      );
    });
  });
});

test('progress that is not a number is ignored', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const written: number[] = [];
  const progress = stepProgress(async (percent) => void written.push(percent));
  for (const percent of [Number.NaN, 40]) {
    progress.report(percent);
    t.mock.timers.tick(1_000);
  }
  await progress.close();
  assert.deepEqual(written, [40]);
});
