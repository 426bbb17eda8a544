import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { statusesOf } from './support/event-log.ts';
import { Faults } from './support/faulty-host.ts';
import { openFaultyService, runsOf } from './support/faulty-service.ts';

const [{ order, sites }, hurried] = await Promise.all([
  openFaultyService(after),
  openFaultyService(after, { PROVISION_TIMEOUT_SECONDS: '3' }),
]);

// Side by side: each of the two has a service of its own.
describe('stopping an attempt', { concurrency: 2, timeout: 30_000 }, () => {
  describe('cancels', { concurrency: 1 }, () => {
    test('cancelling a queued company makes it a draft that no worker takes', async () => {
      const busy = new Faults();
      const goOn = busy.pause('preflight');
      const first = await order('busy', busy);
      await busy.reached('preflight');

      const faults = new Faults();
      const second = await order('waits', faults);
      const draft = await second.cancel();
      assert.equal(draft.status, 'DRAFT');
      assert.equal(draft.siteStatus, 'NOT_CREATED');
      // Whoever rang for the draft has rung before this one, and the worker takes one after the other.
      const third = await order('after');
      goOn();
      assert.equal((await first.end()).status, 'ACTIVE');
      assert.equal((await third.end()).status, 'ACTIVE');
      assert.equal((await second.read()).status, 'DRAFT');
      assert.deepEqual(faults.entered, []);

      await second.retry();
      const active = await second.end();
      assert.equal(active.status, 'ACTIVE');
      assert.equal(active.attempt, 2);
      assert.deepEqual(statusesOf(await second.watch()), ['QUEUED', 'DRAFT', 'QUEUED', 'PROVISIONING', 'ACTIVE']);
      await second.assertMails('Your Site is Ready');
    });

    for (const [name, step] of [
      ['late', 'verify'],
      ['in-the-middle', 'set-up-company'],
      ['early', 'create-site'],
    ] as const) {
      test(`a cancel (${name}) stops the work within seconds and rolls everything back`, async () => {
        const faults = new Faults();
        faults.hang(step);
        const company = await order(name, faults);
        await faults.reached(step);
        const folder = join(sites, `${name}.localhost`);
        assert.equal(existsSync(folder), step !== 'create-site', 'there is something to take back');

        const asked = performance.now();
        assert.equal((await company.cancel()).status, 'PROVISIONING');
        const { version } = await company.cancel();
        const cancelled = await company.end();
        assert.ok(performance.now() - asked < 2_000, 'within seconds');
        assert.equal(cancelled.status, 'FAILED');
        assert.equal(cancelled.siteStatus, 'NOT_CREATED');
        assert.deepEqual(cancelled.steps, [], 'what was taken back is as if it had never been begun');
        assert.equal(cancelled.failure?.reason, 'CANCELLED');
        assert.equal(cancelled.version, version + 1, 'asking twice is asking once');
        assert.equal(existsSync(folder), false);
        assert.equal(existsSync(join(sites, '.partial', company.id)), false);
        assert.deepEqual(
          faults.entered.filter((entry) => entry.startsWith('undo')),
          ['verify', 'set-up-company', 'install-app:erpnext', 'create-site', 'preflight'].map(
            (undone) => `undo ${undone}`,
          ),
        );
        assert.match(await company.mail('Site Provisioning Failed: Acme Corporation'), /was cancelled/);

        await company.retry();
        const active = await company.end();
        assert.equal(active.status, 'ACTIVE');
        assert.equal(active.siteStatus, 'ACTIVE');
        await company.assertMails('Site Provisioning Failed', 'Your Site is Ready');
      });
    }

    test('a failed rollback is reported, and the next attempt rolls back first', async () => {
      const faults = new Faults();
      faults.hang('set-up-company');
      faults.fail('install-app:erpnext', new Error('the disk is gone'), { at: 'undo' });
      const company = await order('stuck', faults);
      await faults.reached('set-up-company');
      await company.cancel();
      const cancelled = await company.end();
      assert.equal(cancelled.failure?.reason, 'CANCELLED');
      assert.equal(cancelled.siteStatus, 'INCOMPLETE');
      assert.equal(existsSync(join(sites, 'stuck.localhost')), true);
      await company.retry();
      assert.equal((await company.end()).status, 'ACTIVE');
    });

    test('cancelling an active company is refused', async () => {
      const company = await order('done');
      const active = await company.end();
      await assert.rejects(company.cancel(), /WrongStatus/);
      assert.equal((await company.read()).version, active.version);
    });
  });

  describe('deadlines', { concurrency: 1 }, () => {
    test('the deadline stops the running step, and the next attempt has its own', async () => {
      const faults = new Faults();
      faults.hang('install-app:erpnext');
      const company = await hurried.order('unhurried', faults);
      await faults.reached('install-app:erpnext');
      const signal = faults.signalOf('install-app:erpnext');
      assert.equal(signal?.aborted, false);

      const late = await company.end();
      assert.equal(signal.aborted, true);
      assert.equal(late.status, 'FAILED');
      assert.equal(late.failure?.reason, 'TIMED_OUT');
      assert.equal(late.failure.step, 'install-app:erpnext', 'the step that was running');
      assert.equal(late.siteStatus, 'INCOMPLETE');
      assert.match(await company.mail('Site Provisioning Failed: Acme Corporation'), /took too long/);

      await company.retry();
      assert.equal((await company.end()).status, 'ACTIVE');
      assert.deepEqual(runsOf(faults), [1, 1, 2, 1, 1]);
      await company.assertMails('Site Provisioning Failed', 'Your Site is Ready');
    });

    test('the deadline ends a step that is retried again and again', async () => {
      const faults = new Faults();
      const away = new SiteHostError('HOST_UNAVAILABLE', 'The server is away.', { transient: true });
      faults.fail('preflight', away, { times: Number.POSITIVE_INFINITY });
      const company = await hurried.order('away', faults);
      const late = await company.end();
      assert.equal(late.failure?.reason, 'TIMED_OUT');
      assert.equal(late.siteStatus, 'NOT_CREATED');
      assert.equal((await company.asOperator()).failure?.detail, 'The server is away.', 'what was in the way');
      assert.ok(faults.count('preflight') >= 2, 'at once, after half a second, after one more');
    });
  });
});
