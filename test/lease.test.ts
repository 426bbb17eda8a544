// Claim, heartbeat, hand-back, take-over and giving up are one protocol, and are tried on one database.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { cancelCompany } from '../src/company/cancel-company.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { moveCompany } from '../src/company/move-company.ts';
import { queueCompany } from '../src/company/queue-company.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { attemptRecord } from '../src/provisioning/attempt-record.ts';
import { Interruption } from '../src/provisioning/interruption.ts';
import { type Claim, claimCompany, keepLease, maxClaims, releaseLease } from '../src/provisioning/lease.ts';
import { toFailed } from '../src/provisioning/outcomes.ts';
import { findWaiting } from '../src/provisioning/queue.ts';
import { failLostAttempts } from '../src/provisioning/rescue.ts';
import { runAttempt } from '../src/provisioning/run-attempt.ts';
import { memoryHost, openCompanyStore, stepNamed, times } from './support/company-store.ts';
import { statusesOf } from './support/event-log.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';

const store = await openCompanyStore(after);
const { db, em, notifier, jane } = store;
const limit = { timeout: 10_000 };
const ever = new AbortController().signal;

const claim = (id: CompanyId, worker = 'first') => claimCompany(db, id, worker, times, ever);
const surely = async (id: CompanyId, worker = 'first'): Promise<Claim> =>
  (await claim(id, worker)) ?? assert.fail(`${worker} cannot claim ${id}`);
/** The worker is gone: its lease ran out a second ago. */
const runOut = (id: CompanyId) => store.set(id, `leased_until = now() - interval '1 second'`);
const isWaiting = async (id: CompanyId) => (await findWaiting(db, 100)).some((company) => company.id === id);
const givenUp = async () => (await failLostAttempts(db, notifier)).map((lost) => lost.id);
const isLost = (error: unknown) => error instanceof Interruption && error.reason === 'lease-lost';
const lost = toFailed({ reason: 'INTERNAL', message: 'It was lost.' }, 'incomplete');
const step = stepNamed('one', new Set());

describe('claims', limit, () => {
  test('a claim takes a waiting company, raises its token and is exclusive while the lease lives', async () => {
    const { id } = await store.create('claimed');
    assert.equal(await isWaiting(id), true);
    const { company, fencingToken, remaining } = await surely(id);
    assert.equal(fencingToken, 1);
    assert.deepEqual([company.status, company.leased_by, company.claims], ['PROVISIONING', 'first', 1]);
    assert.ok(Math.abs(remaining - times.attempt) <= 1, `${remaining} milliseconds remain`);
    assert.equal(await isWaiting(id), false);

    const before = await store.all(id);
    assert.equal(await claim(id, 'second'), undefined);
    assert.deepEqual(await store.all(id), before);
  });

  test('a claim after the lease expired gets a new token, and the old one can no longer write', async () => {
    const { id } = await store.create('taken-over');
    const old = await surely(id);
    await attemptRecord(db, notifier, old, ever).plan([step]);
    await runOut(id);
    assert.equal(await isWaiting(id), true);
    const { fencingToken } = await surely(id, 'second');
    assert.equal(fencingToken, 2);

    const before = await store.all(id);
    const rung = store.notifications.length;
    const record = attemptRecord(db, notifier, old, ever);
    await assert.rejects(record.plan([]), isLost);
    await assert.rejects(record.stepStarted(0, step, 1), isLost);
    await assert.rejects(record.stepCompleted(0, step, 1), isLost);
    await assert.rejects(record.stepProgressed(step, 50), isLost);
    await assert.rejects(record.move(lost), isLost);
    assert.equal(await moveCompany(db, id, { ...lost, fencingToken: old.fencingToken }), undefined);
    assert.equal(await releaseLease(db, old), undefined);
    assert.deepEqual(await store.all(id), before);
    assert.equal(store.notifications.length, rung);
  });

  test('three lost claims end the attempt with one mail', async () => {
    const { id } = await store.create('lost');
    for (let number = 1; number <= maxClaims; number += 1) {
      assert.equal((await surely(id)).company.claims, number);
      assert.deepEqual(await failLostAttempts(db, notifier), [], 'while the worker lives');
      await runOut(id);
    }
    assert.equal(await isWaiting(id), false);
    assert.equal(await claim(id), undefined);
    assert.deepEqual(await givenUp(), [id]);
    assert.deepEqual(store.notifications.slice(-2), [`watchers ${id}`, `mailers ${id}`]);
    assert.deepEqual(await failLostAttempts(db, notifier), []);

    const { company, mails } = await store.all(id);
    assert.equal(company.status, 'FAILED');
    assert.equal(company.site_status, 'INCOMPLETE');
    assert.equal(company.failure?.reason, 'WORKER_LOST');
    assert.deepEqual(
      mails.map(({ kind, reason }) => [kind, reason]),
      [['SITE_FAILED', company.failure.message]],
    );
  });

  test('the token of a lost attempt stays refused after the company is queued again', async () => {
    const { id } = await store.create('woken-up');
    const sleeper = await surely(id);
    await store.set(id, `claims = ${maxClaims}`);
    await runOut(id);
    assert.deepEqual(await givenUp(), [id]);
    const record = attemptRecord(db, notifier, sleeper, ever);
    assert.equal((await queueCompany({ db, notifier }, jane, id)).kind, 'moved');

    await assert.rejects(record.stepStarted(0, step, 1), isLost);
    await assert.rejects(record.plan([step]), isLost);
    assert.equal((await store.all(id)).company.status, 'QUEUED');
    assert.equal(await isWaiting(id), true);
  });

  test('the token of a lost attempt is refused as soon as the attempt has ended', async () => {
    const { id } = await store.create('still-failed');
    const sleeper = await surely(id);
    await store.set(id, `claims = ${maxClaims}`);
    await runOut(id);
    await failLostAttempts(db, notifier);
    const before = await store.all(id);
    await assert.rejects(attemptRecord(db, notifier, sleeper, ever).plan([step]), isLost);
    assert.deepEqual(await store.all(id), before);
  });

  test('a released claim does not count', async () => {
    const { id } = await store.create('handed-back');
    for (let number = 1; number <= maxClaims + 1; number += 1) {
      const claimed = await surely(id);
      assert.deepEqual([claimed.company.claims, claimed.fencingToken], [1, number]);
      assert.equal((await releaseLease(db, claimed))?.claims, 0);
      assert.equal(await releaseLease(db, { ...claimed, fencingToken: number - 1 }), undefined);
      assert.equal(await isWaiting(id), true);
    }
    assert.deepEqual(await failLostAttempts(db, notifier), []);
    assert.equal((await store.all(id)).company.status, 'PROVISIONING');
  });
});

describe('deadlines', limit, () => {
  test('the deadline survives a take-over and is new for the next attempt', async () => {
    const { id } = await store.create('kept');
    const first = await surely(id);
    await store.set(id, `deadline_at = deadline_at - interval '595 seconds'`);
    await runOut(id);
    const second = await surely(id, 'second');
    assert.equal(second.company.deadline_at?.getTime(), Number(first.company.deadline_at) - 595_000);
    assert.ok(second.remaining <= 5_000 && second.remaining > 0, `${second.remaining} milliseconds remain`);

    await attemptRecord(db, notifier, second, ever).move(lost);
    await queueCompany({ db, notifier }, jane, id);
    assert.ok((await surely(id)).remaining > 599_000);
  });

  test('the deadline lets other processes end only an attempt that nobody owns', async () => {
    const { id } = await store.create('late');
    await surely(id);
    await store.set(id, `deadline_at = now() - interval '1 second'`);
    assert.deepEqual(await failLostAttempts(db, notifier), [], 'its worker ends it');
    await runOut(id);
    assert.equal(await isWaiting(id), false);
    assert.equal(await claim(id), undefined);
    assert.deepEqual(await givenUp(), [id]);
    const { company, mails } = await store.all(id);
    assert.equal(company.failure?.reason, 'TIMED_OUT');
    assert.equal(mails.length, 1);
  });
});

describe('cancels', limit, () => {
  test('a cancel is carried out by the next worker when the first one died, without making anything', async () => {
    const host = memoryHost();
    host.made.add('one');
    const faults = new Faults();
    const { id } = await store.create('cancelled');
    await surely(id);
    assert.equal((await cancelCompany({ db, notifier }, jane, id)).kind, 'moved');
    await runOut(id);
    await runAttempt(store.provisioning(faultyHost(host, faults)), id, ever);

    const { company, mails } = await store.all(id);
    assert.deepEqual(
      [company.status, company.site_status, company.failure?.reason],
      ['FAILED', 'NOT_CREATED', 'CANCELLED'],
    );
    assert.equal(mails.length, 1);
    assert.deepEqual(faults.entered, ['undo three', 'undo two', 'undo one']);
    assert.equal(host.made.size, 0);
  });

  test('a cancel at the last moment is carried out by the worker that owns the company', async () => {
    const host = memoryHost(['one']);
    const faults = new Faults();
    const goOn = faults.pause('one');
    const { id } = await store.create('last-moment');
    const done = runAttempt(store.provisioning(faultyHost(host, faults)), id, ever);
    await faults.reached('one');
    // The next heartbeat is half a minute away.
    await cancelCompany({ db, notifier }, jane, id);
    goOn();
    await done;
    const { company, events } = await store.all(id);
    assert.equal(company.failure?.reason, 'CANCELLED');
    assert.deepEqual(statusesOf(events), ['QUEUED', 'PROVISIONING', 'FAILED']);
    assert.equal(host.made.size, 0);
  });
});

describe('heartbeats', limit, () => {
  const often = { lease: 60_000, heartbeat: 10, attempt: 600_000 };
  const stopped = (held: Claim, changes: Partial<typeof often> = {}, on = db): Promise<Interruption> => {
    const { promise, resolve } = Promise.withResolvers<Interruption>();
    const lease = keepLease(on, held, { times: { ...often, ...changes }, liveness: openLiveness() }, resolve);
    return promise.finally(() => lease.close());
  };

  test('a heartbeat extends the lease and reports a cancel', async () => {
    const { id } = await store.create('beats');
    const held = await surely(id);
    await store.set(id, `leased_until = now() + interval '1 second'`);
    await cancelCompany({ db, notifier }, jane, id);
    assert.equal((await stopped(held)).reason, 'cancelled');
    const [left] = await em.execute<{ long: boolean }[]>(
      `select leased_until - now() > interval '50 seconds' as long from company where id = ?`,
      [id],
    );
    assert.equal(left?.long, true);
  });

  test('a heartbeat reports that another worker owns the company or the attempt has ended', async () => {
    const { id } = await store.create('overtaken');
    const held = await surely(id);
    await runOut(id);
    const second = await surely(id, 'second');
    assert.equal((await stopped(held)).reason, 'lease-lost');
    await attemptRecord(db, notifier, second, ever).move(lost);
    assert.equal((await stopped(second)).reason, 'lease-lost');
  });

  test('a heartbeat extends the lease after the deadline long enough to roll back, and then any process ends the attempt', async () => {
    const { id } = await store.create('hangs');
    const held = await surely(id);
    await store.set(id, `deadline_at = now() - interval '80 seconds', claims = ${maxClaims}`);
    await cancelCompany({ db, notifier }, jane, id);
    assert.equal((await stopped(held)).reason, 'cancelled');
    await store.set(id, `deadline_at = now() - interval '91 seconds'`);
    assert.equal((await stopped(held)).reason, 'lease-lost');
    await runOut(id);
    assert.deepEqual(await givenUp(), [id]);
    const { company, mails } = await store.all(id);
    assert.deepEqual([company.failure?.reason, mails.length], ['TIMED_OUT', 1]);
  });

  test('heartbeats without a database end with the lease', async () => {
    const { id } = await store.create('away');
    const held = await surely(id);
    const away = Object.create(db, {
      getKysely: {
        value: () => {
          throw new Error('The database is away.');
        },
      },
    });
    const startedAt = performance.now();
    assert.equal((await stopped(held, { lease: 100 }, away)).reason, 'lease-lost');
    assert.ok(performance.now() - startedAt >= 99, 'not before it has run out');
  });
});

test('a worker that shuts down releases its company, and another one continues', limit, async () => {
  const faults = new Faults();
  faults.hang('two');
  const deps = store.provisioning(faultyHost(memoryHost(), faults));
  const shutdown = new AbortController();
  const { id } = await store.create('handed-on');
  const done = runAttempt(deps, id, shutdown.signal);
  await faults.reached('two');
  shutdown.abort();
  await done;
  assert.equal(await isWaiting(id), true);
  assert.equal(
    store.notifications.filter((notification) => notification === `workers ${id}`).length,
    2,
    'rung for again',
  );

  await runAttempt(deps, id, ever);
  const { company, mails } = await store.all(id);
  assert.deepEqual([company.status, company.attempt, company.claims, mails.length], ['ACTIVE', 1, 1, 1]);
  assert.deepEqual([faults.count('one'), faults.count('two', 'undo'), faults.count('two')], [1, 1, 2]);
});
