import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { readBacklog } from '../src/app/read-backlog.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { countUndelivered, sendAgain } from '../src/mail/undelivered.ts';
import { claimCompany, maxClaims, releaseLease } from '../src/provisioning/lease.ts';
import { mostListed, readServiceStatus } from '../src/provisioning/service-status.ts';
import { openCompanyStore, times } from './support/company-store.ts';

const ever = new AbortController().signal;

describe('waiting and running', async () => {
  const store = await openCompanyStore(after);
  const { db, em } = store;
  const claimed = async (name: string): Promise<CompanyId> => {
    const { id } = await store.create(name);
    assert.ok(await claimCompany(db, id, name, times, ever));
    return id;
  };
  const ago = (seconds: number): string => `now() - interval '${seconds} seconds'`;

  test('a queued company waits since it was queued, a lost one since its lease expired', async () => {
    await store.create('draft', { draft: true });
    assert.deepEqual(await readServiceStatus(db), {
      waiting: 0,
      oldestWaitingSince: null,
      oldestWaitingSeconds: null,
      stalled: 0,
      workers: [],
      workerCount: 0,
      running: [],
      runningCount: 0,
    });
    const lost = await claimed('lost');
    await store.set(lost, `queued_at = ${ago(500)}, leased_until = ${ago(40)}`);
    const first = await readServiceStatus(db);
    assert.equal(first.waiting, 1);
    assert.ok(Math.abs((first.oldestWaitingSeconds ?? 0) - 40) < 5);
    const { id: queued } = await store.create('queued');
    await store.set(queued, `queued_at = ${ago(70)}`);
    const second = await readServiceStatus(db);
    assert.equal(second.waiting, 2);
    assert.ok(Math.abs((second.oldestWaitingSeconds ?? 0) - 70) < 5);
    assert.ok(Math.abs(Date.now() - (second.oldestWaitingSince?.getTime() ?? 0) - 70_000) < 5_000);
    for (const id of [lost, queued]) await store.set(id, `status = 'DRAFT'`);
  });

  test('a released company waits since it was queued', async () => {
    const { id } = await store.create('handed-back');
    const claim = (await claimCompany(db, id, 'one', times, ever)) ?? assert.fail();
    await releaseLease(db, claim);
    await store.set(id, `queued_at = ${ago(90)}`);
    const { waiting, oldestWaitingSeconds, runningCount } = await readServiceStatus(db);
    assert.deepEqual([waiting, runningCount], [1, 0]);
    assert.ok(Math.abs((oldestWaitingSeconds ?? 0) - 90) < 5);
    await store.set(id, `status = 'DRAFT'`);
  });

  test('a lost attempt counts as neither waiting nor running', async () => {
    const id = await claimed('lost-for-good');
    await store.set(id, `claims = ${maxClaims}, leased_until = ${ago(1)}`);
    const { waiting, runningCount } = await readServiceStatus(db);
    assert.deepEqual([waiting, runningCount], [0, 0]);
  });

  test(`the longest running ${mostListed} attempts are listed and all are counted`, async () => {
    const ids: CompanyId[] = [];
    for (let number = 0; number <= mostListed; number++) ids.push(await claimed(`running-${number}`));
    const [oldest, newest] = [ids[50] ?? assert.fail(), ids[0] ?? assert.fail()];
    await store.set(oldest, `leased_since = ${ago(300)}, leased_until = now() + interval '20 seconds'`);
    await store.set(newest, `leased_since = now() + interval '1 second', leased_until = now() + interval '10 seconds'`);
    const { waiting, running, runningCount } = await readServiceStatus(db);
    assert.deepEqual([waiting, runningCount, running.length], [0, mostListed + 1, mostListed]);
    const { attemptsRunning, oldestLeaseSeconds = 0, leastLeaseSecondsLeft = 0 } = await readBacklog(db);
    assert.equal(attemptsRunning, mostListed + 1);
    assert.ok(Math.abs(oldestLeaseSeconds - 300) < 5, 'of the longest running');
    assert.ok(leastLeaseSecondsLeft > 0 && leastLeaseSecondsLeft <= 10, 'of one that is not listed');
    const [first] = running;
    assert.ok(first);
    assert.deepEqual([first.company.id, first.worker, first.claims], [oldest, 'running-50', 1]);
    assert.ok(Math.abs(first.leaseAgeSeconds - 300) < 5 && Math.abs(first.leaseSecondsLeft - 20) < 5);
    assert.ok(!running.some(({ company }) => company.id === newest));
  });

  test('mails are counted by state, and a resent one notifies mailers at once', async () => {
    assert.deepEqual(await countUndelivered(db), { waiting: 0, refused: 0, oldestSeconds: null });
    const { id: companyId } = await store.create('mailed');
    for (const [attempt, state] of ['SENT', 'WAITING', 'REFUSED', 'REFUSED'].entries()) {
      await em.execute(
        `insert into outbox_mail (company_id, attempt, kind, recipient, state, created_at) values (?, ?, 'SITE_FAILED', 'a@b.example', ?, ${ago(100 - 10 * attempt)})`,
        [companyId, attempt, state],
      );
    }
    const { waiting, refused, oldestSeconds } = await countUndelivered(db);
    assert.deepEqual([waiting, refused], [1, 2]);
    assert.ok(Math.abs((oldestSeconds ?? 0) - 90) < 5);

    const [mail] = await em.execute<{ id: string }[]>(`select id from outbox_mail where state = 'REFUSED'`);
    assert.equal((await sendAgain(db, store.notifier, mail?.id ?? '')).kind, 'due');
    assert.equal(store.notifications.at(-1), `mailers ${companyId}`);
    assert.equal((await countUndelivered(db)).waiting, 2);
  });
});
