import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { CompanyId } from '../src/company/company-id.ts';
import { healthOf } from '../src/company/health.ts';
import { attemptRecord } from '../src/provisioning/attempt-record.ts';
import { claimCompany, releaseLease } from '../src/provisioning/lease.ts';
import { findWorkers, openMoments, recordHeartbeat } from '../src/provisioning/live-workers.ts';
import { isAnyStranded } from '../src/provisioning/rescue.ts';
import { openCompanyStore, stepNamed, times } from './support/company-store.ts';

const store = await openCompanyStore(after);
const { db, em } = store;
const ever = new AbortController().signal;

describe('the health of a company', () => {
  const stateAt = async (id: CompanyId, { later = 0, workerLives = true } = {}) =>
    healthOf((await store.all(id)).company, { now: new Date(Date.now() + later), workerLives });

  test('health is null while nobody is to work on the company', async () => {
    const { id } = await store.create('health-of-a-draft', { draft: true });
    assert.equal(await stateAt(id), null);
  });

  test('health distinguishes waiting from working, and a silent worker from one that released the company', async () => {
    const { id } = await store.create('health-of-a-claim');
    assert.equal((await stateAt(id))?.state, 'WAITING_FOR_WORKER');
    const claim = await claimCompany(db, id, 'worker', times, ever);
    assert.ok(claim);
    assert.equal((await stateAt(id))?.state, 'WORKING');
    const silent = await stateAt(id, { later: times.lease + 1_000 });
    assert.deepEqual([silent?.state, silent?.since], ['STALLED', claim.company.leased_until]);
    assert.match(silent?.reason ?? '', /delayed on our side/);
    await releaseLease(db, claim);
    assert.equal((await stateAt(id))?.state, 'WAITING_FOR_WORKER');
    assert.equal((await stateAt(id, { workerLives: false }))?.state, 'STALLED');
  });

  test('health is STALLED since the company was queued while no worker lives', async () => {
    const { id, queued_at: queuedAt } = await store.create('health-without-workers');
    const health = await stateAt(id, { workerLives: false });
    assert.deepEqual([health?.state, health?.since, health?.nextTryAt], ['STALLED', queuedAt, null]);
  });

  test('health names the error of a retried step, from its first try until the step continues', async () => {
    const { id } = await store.create('health-of-a-retry');
    const claim = await claimCompany(db, id, 'worker', times, ever);
    assert.ok(claim);
    const record = attemptRecord(db, store.notifier, claim, ever);
    const step = stepNamed('one', new Set());
    await record.plan([step]);
    await record.stepRetrying(step, 'The server is unavailable.', 500);
    const first = await stateAt(id);
    await record.stepRetrying(step, 'The server is busy.', 60_000);
    const second = await stateAt(id);
    assert.deepEqual([first?.state, first?.reason], ['RETRYING', 'The server is unavailable.']);
    assert.deepEqual([second?.reason, second?.since], ['The server is busy.', first?.since]);
    assert.ok(second?.nextTryAt && first?.nextTryAt && second.nextTryAt > first.nextTryAt);
    await record.stepProgressed(step, 50);
    assert.equal((await stateAt(id))?.state, 'WORKING');
  });
});

describe('living workers', () => {
  const show = (name: string, lateLoops: string[] = []) => recordHeartbeat(db, { name, age: 60_000, lateLoops });
  const names = async () => (await findWorkers(db, 100)).workers.map(({ name }) => name).toSorted();
  const die = (name: string) =>
    em.execute(`update worker set alive_until = now() - interval '1 millisecond' where name = ?`, [name]);
  const rows = async () => (await em.execute<{ count: number }[]>('select count(*)::int from worker'))[0]?.count;

  test('living workers have a recent heartbeat, and a new one reuses the row of a dead one', async () => {
    const { id } = await store.create('health-of-the-stranded');
    await store.set(id, `queued_at = now() - interval '1 minute'`);
    assert.deepEqual([await names(), await isAnyStranded(db)], [[], true]);
    await Promise.all(['one', 'two', 'three'].map((name) => show(name)));
    await show('two', ['reconciler']);
    assert.deepEqual([await names(), await isAnyStranded(db)], [['one', 'three', 'two'], false]);
    const { workers, workerCount } = await findWorkers(db, 1);
    assert.deepEqual([workers.length, workerCount], [1, 3]);
    const two = (await findWorkers(db, 100)).workers.find(({ name }) => name === 'two');
    assert.deepEqual(two?.lateLoops, ['reconciler']);
    assert.ok(two && two.seenAt.getTime() - two.startedAt.getTime() >= 59_000);

    await die('one');
    await die('two');
    assert.deepEqual(await names(), ['three']);
    await show('four');
    await show('one');
    assert.deepEqual([await names(), await rows()], [['four', 'one', 'three'], 3]);
  });

  test('the present moment is read once a second, by PostgreSQL’s clock', async () => {
    let asked = 0;
    const counted = db.withPlugin({
      transformQuery({ node }) {
        asked += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const moment = openMoments(counted);
    const [first, second] = await Promise.all([moment(), moment()]);
    const [known] = await em.execute<{ now: Date }[]>('select now() as now');
    assert.equal(asked, 1);
    assert.equal(first.workerLives, true);
    for (const { now } of [first, second]) assert.ok(Math.abs(now.getTime() - Number(known?.now)) < 1_000);
    for (const name of await names()) await die(name);
    assert.equal((await openMoments(db)()).workerLives, false);
  });
});
