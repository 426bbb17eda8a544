import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import type { CompanyId } from '../src/company/company-id.ts';
import { type CompanyEventRow, findEvents } from '../src/company/find-companies.ts';
import { moveCompany } from '../src/company/move-company.ts';
import { openCompanyStreams } from '../src/live/company-stream.ts';
import { sendAgain } from '../src/mail/undelivered.ts';
import { type Liveness, openLiveness } from '../src/observability/liveness.ts';
import { lossyChannel } from './properties/lossy-channel.ts';
import { openCompanyStore } from './support/company-store.ts';

const store = await openCompanyStore(after);
const { db, em, notifier } = store;
const channel = lossyChannel(() => false);
let reads = 0;
const liveness: Liveness = {
  ...openLiveness(),
  watch(...watched) {
    if (watched[0] === 'event read') reads += 1;
    return openLiveness().watch(...watched);
  },
};
const streams = openCompanyStreams(db, channel, { liveness, log: pino({ level: 'silent' }) });
after(() => streams.close());

async function versionsSince(id: CompanyId, version: number): Promise<readonly number[]> {
  // The embedded database answers before the event loop turns, and reads of one turn are shared.
  await setImmediate();
  return (await Array.fromAsync(streams.watch({ id, version }, version))).map((event) => event.version);
}
const from = (version: number, last: number): readonly number[] =>
  Array.from({ length: last - version }, (_, index) => version + 1 + index);

/** A company that has failed, with a log of so many events. */
async function failed(name: string, events: number): Promise<CompanyId> {
  const { id } = await store.create(name);
  await store.set(id, `status = 'FAILED', version = ${events}`);
  await em.execute(
    `insert into company_event (company_id, version, attempt, status, site_status, progress, kind, step, message)
     select id, number, 1, case number when version then 'FAILED' else 'PROVISIONING' end, 'CREATING', 0,
       case number when version then 'FAILED' else 'STEP_PROGRESSED' end, 'one', 'On it.'
     from company, generate_series(2, version) as number where id = ?`,
    [id],
  );
  return id;
}

describe('the end of a stream', () => {
  for (const events of [99, 100, 101, 200]) {
    test(`a stream ends after the last event of ${events}`, { timeout: 20_000 }, async () => {
      const id = await failed(`long-${events}`, events);
      for (const version of [0, 1, 2, events - 1, events])
        assert.deepEqual(await versionsSince(id, version), from(version, events));
    });
  }

  test('a stream ends after an address correction that follows the last event', { timeout: 20_000 }, async () => {
    const id = await failed('corrected', 99);
    const [mail] = await em.execute<{ id: string }[]>(
      `insert into outbox_mail (company_id, attempt, kind, recipient, state) values (?, 1, 'SITE_FAILED', 'a@b.example', 'REFUSED') returning id`,
      [id],
    );
    for (const [recipient, last] of [
      [undefined, 99],
      ['right@customers.example', 100],
      ['right@customers.example', 100],
      ['better@customers.example', 101],
    ] as const) {
      assert.equal((await sendAgain(db, notifier, mail?.id ?? '', recipient)).kind, 'due');
      for (const version of [0, 98, 99, last]) assert.deepEqual(await versionsSince(id, version), from(version, last));
    }
    assert.ok(store.notifications.includes(`watchers ${id}`));
    const told = await em.execute(
      'select kind, status, site_status, attempt, reason from company_event where company_id = ? and version > 99',
      [id],
    );
    const event = { kind: 'ADDRESS_CORRECTED', status: 'FAILED', site_status: 'NOT_CREATED', attempt: 1, reason: null };
    assert.deepEqual(told, [event, event]);
  });
});

/** The company's next event; it is announced by the test alone. */
async function nextEvent(id: CompanyId): Promise<CompanyEventRow> {
  const moved = await moveCompany(db, id, { to: 'PROVISIONING', event: { kind: 'CANCEL_REQUESTED' } });
  return moved?.event ?? assert.fail('not moved');
}

/** Everything after the first event that a new watcher of a queued company gets; it is up to date by then. */
async function watchFromNow(id: CompanyId): Promise<AsyncIterableIterator<CompanyEventRow>> {
  const watch = streams.watch({ id, version: 1 }, 0);
  assert.equal((await watch.next()).value.version, 1);
  return watch;
}

async function versionsOf(watch: AsyncIterator<CompanyEventRow>, count: number): Promise<readonly number[]> {
  const versions: number[] = [];
  while (versions.length < count) versions.push((await watch.next()).value.version);
  return versions;
}

describe('notifications', () => {
  test('an event that comes with its notification is not read, however many watch', async () => {
    const { id } = await store.create('announced');
    const watches = await Promise.all([watchFromNow(id), watchFromNow(id), watchFromNow(id)]);
    const event = await nextEvent(id);
    const before = reads;
    const coming = Promise.all(watches.map((watch) => watch.next()));
    channel.announce(id, event);
    for (const { value } of await coming) assert.deepEqual(value, event);
    assert.equal(reads, before);
    assert.partialDeepStrictEqual(await findEvents(db, id, { after: 1, fromEnd: false, limit: 1 }), [event]);
  });

  test('events arrive once and in order when notifications are lost, repeated and reordered', async () => {
    const { id } = await store.create('disordered');
    const watch = await watchFromNow(id);
    const [second, third, , fifth, sixth] = [
      await nextEvent(id),
      await nextEvent(id),
      await nextEvent(id),
      await nextEvent(id),
      await nextEvent(id),
    ];
    const coming = versionsOf(watch, 5);
    for (const event of [third, second, second, undefined, fifth, sixth, fifth]) channel.announce(id, event);
    assert.deepEqual(await coming, [2, 3, 4, 5, 6]);
    const seventh = versionsOf(watch, 1);
    channel.announce(id, await nextEvent(id));
    assert.deepEqual(await seventh, [7]);
  });

  test('a notification of another company, or one that is malformed, is not believed', async () => {
    const { id } = await store.create('believed');
    const { id: other } = await store.create('other');
    const watch = await watchFromNow(id);
    const event = await nextEvent(id);
    const coming = watch.next();
    channel.announce(id, { ...event, company_id: other, message: 'forged' });
    channel.announce(id, { ...event, version: Number.NaN, message: 'forged' });
    assert.partialDeepStrictEqual((await coming).value, event);
  });

  test('a watcher whom the database cannot give what notifications carried waits instead of reading again and again', async () => {
    const { id } = await store.create('ahead');
    const fast = await watchFromNow(id);
    const event = await nextEvent(id);
    // More than are kept, so that the next watcher has to read them.
    for (let version = 2; version <= 20; version += 1) channel.announce(id, { ...event, version });
    const late = streams.watch({ id, version: 1 }, 0);
    assert.deepEqual(await versionsOf(late, 2), [1, 2]);
    const before = reads;
    const waiting = late.next();
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    assert.equal(reads, before + 1);
    await late.return?.();
    await waiting;
    await fast.return?.();
  });

  test('all companies that are due in one turn are read at once', async () => {
    const ids: CompanyId[] = [];
    for (let count = 0; count < 20; count += 1) ids.push((await store.create(`due-${count}`)).id);
    const watches = await Promise.all(ids.map(watchFromNow));
    await Promise.all(ids.map(nextEvent));
    const coming = Promise.all(watches.map((watch) => watch.next()));
    const before = reads;
    channel.reconnect();
    for (const { value } of await coming) assert.equal(value.version, 2);
    assert.equal(reads, before + 1);
  });

  test('a watcher who is slower than what is kept misses nothing', async () => {
    const { id } = await store.create('slow');
    const [fast, slow] = await Promise.all([watchFromNow(id), watchFromNow(id)]);
    for (let version = 2; version <= 250; version += 1) {
      channel.announce(id, await nextEvent(id));
      await fast.next();
    }
    assert.deepEqual(await versionsOf(slow, 249), from(1, 250));
  });
});
