import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { findWaiting } from '../src/provisioning/queue.ts';
import { runAttempt } from '../src/provisioning/run-attempt.ts';
import { memoryHost, openCompanyStore } from './support/company-store.ts';
import { type Fate, faultyDatabase } from './support/faulty-database.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';

const store = await openCompanyStore(after);
const { db } = store;
const ever = new AbortController().signal;
const limit = { timeout: 20_000 };

/** What a whole attempt writes when all is well. */
const undisturbed = await (async () => {
  const { id } = await store.create('undisturbed');
  await runAttempt(store.provisioning(memoryHost()), id, ever);
  return (await store.all(id)).events.map(({ status, step, progress }) => ({ status, step, progress }));
})();

describe('lost database connections', limit, () => {
  const fates: [what: string, fates: readonly Fate[]][] = [
    ['loses answers', ['answer lost', 'answered', 'answered']],
    ['does not take statements', ['never sent', 'answered', 'answered']],
    ['does now the one and now the other', ['answered', 'answer lost', 'answered', 'never sent', 'answered']],
  ];
  for (const [index, [what, inTurn]] of fates.entries()) {
    test(`each write is made once under one claim when the connection is lost and ${what}`, async () => {
      const { id } = await store.create(`hung-up-${index}`);
      let statements = 0;
      const faulty = faultyDatabase(db, () => inTurn[statements++ % inTurn.length] ?? 'answered');
      await runAttempt({ ...store.provisioning(memoryHost()), db: faulty }, id, ever);
      const { company, events, mails } = await store.all(id);
      assert.deepEqual([company.status, company.claims, mails.length], ['ACTIVE', 1, 1]);
      assert.deepEqual(
        events.map(({ status, step, progress }) => ({ status, step, progress })),
        undisturbed,
      );
    });
  }

  test('an outage longer than the lease releases the company without losing a claim', async () => {
    const { id } = await store.create('long-away');
    const faults = new Faults();
    faults.hang('two');
    let isAway = false;
    const faulty = faultyDatabase(db, () => (isAway ? 'never sent' : 'answered'));
    const deps = { ...store.provisioning(faultyHost(memoryHost(), faults), { lease: 300, heartbeat: 50 }), db: faulty };
    const done = runAttempt(deps, id, ever);
    await faults.reached('two');
    isAway = true;
    const signal = faults.signalOf('two');
    assert.ok(signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    isAway = false;
    await done;

    const { company } = await store.all(id);
    assert.deepEqual([company.status, company.claims, company.leased_by], ['PROVISIONING', 0, null]);
    assert.ok(store.notifications.includes(`workers ${id}`));
    assert.ok((await findWaiting(db, 100)).some((waiting) => waiting.id === id));
    await runAttempt(deps, id, ever);
    assert.equal((await store.all(id)).company.status, 'ACTIVE');
  });
});

test('a password without its key ends the attempt at once, and operators see why', limit, async () => {
  const { id } = await store.create('key-lost');
  await store.set(id, `sealed_password = 'gone.' || split_part(sealed_password, '.', 2) || '.a.b'`);
  await runAttempt(store.provisioning(memoryHost()), id, ever);
  const { company, mails } = await store.all(id);
  assert.deepEqual([company.status, company.site_status, company.claims], ['FAILED', 'NOT_CREATED', 1]);
  assert.equal(company.failure?.reason, 'INTERNAL');
  assert.equal(company.failure.message, 'Something went wrong on our side. The details have been logged.');
  assert.match(company.failure.detail ?? '', /SECRET_KEYS has no key "gone"/);
  assert.equal(mails.length, 1);
});

test('a failure is stored whatever characters the host printed', limit, async () => {
  const { id } = await store.create('unprintable');
  const faults = new Faults();
  faults.fail('one', new Error(`NUL \0, half a character \ud83d, and the end is cut in one: ${'😀'.repeat(3_000)}`));
  await runAttempt(store.provisioning(faultyHost(memoryHost(), faults)), id, ever);
  const { company } = await store.all(id);
  assert.deepEqual([company.status, company.failure?.reason, company.claims], ['FAILED', 'INTERNAL', 1]);
});
