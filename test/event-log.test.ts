import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { type LogEntry, numberEvents } from '../src/company/event-log.ts';
import { moveCompany } from '../src/company/move-company.ts';
import type { Requester } from '../src/company/requester.ts';
import { type EventLog, openEventLog } from '../src/live/event-log.ts';
import { WatchEnded } from '../src/live/watch.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openCompanyStore } from './support/company-store.ts';
import { until } from './support/processes.ts';

const store = await openCompanyStore(after);
const { db, em, jane } = store;
const john: Requester = { ...jane, owner: 'john' };
const operator: Requester = { ...jane, owner: 'olga', seesAll: true };

/** Listeners are notified by the test alone, and of nothing in particular. */
const listeners = new Set<() => void>();
const channel = {
  listenToAll(onNotification: () => void) {
    listeners.add(onNotification);
    return () => void listeners.delete(onNotification);
  },
};
const notify = (): void => {
  for (const onNotification of listeners) onNotification();
};
const openLog = (): EventLog => openEventLog(db, channel, { liveness: openLiveness(), log: pino({ level: 'silent' }) });
const log = openLog();
after(() => log.close());

/** The next event of a queued company; nobody is notified. */
const move = (id: Parameters<typeof moveCompany>[1]) =>
  moveCompany(db, id, { to: 'PROVISIONING', event: { kind: 'CANCEL_REQUESTED' } });

const nameOf = ({ company_id, version }: LogEntry): string => `${company_id} ${version}`;

async function taken(watch: AsyncIterator<LogEntry>, count: number): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  while (entries.length < count) entries.push((await watch.next()).value);
  return entries;
}

describe('the event log', () => {
  test('has each event once, in the order in which it was numbered, and pages that join', async () => {
    const { id: one } = await store.create('log-one');
    await move(one);
    const before = await log.newest();
    const { id: two } = await store.create('log-two');
    await move(one);
    await move(two);
    assert.ok((await log.newest()) > before);
    const pages: LogEntry[] = [];
    for (
      let page = await log.page(jane, 0, 2);
      page.length > 0;
      page = await log.page(jane, pages.at(-1)?.position ?? 0, 2)
    )
      pages.push(...page);
    assert.deepEqual(pages.slice(0, 2).map(nameOf), [`${one} 1`, `${one} 2`]);
    assert.deepEqual(pages.slice(2).map(nameOf).sort(), [`${one} 3`, `${two} 1`, `${two} 2`].sort());
    assert.deepEqual(
      pages.map(({ position }) => position),
      pages.map(({ position }) => position).toSorted((a, b) => a - b),
    );
  });

  test('shows each requester the events of the companies that they may see', async () => {
    assert.deepEqual(await log.page(john, 0, 100), []);
    assert.deepEqual(await log.page(operator, 0, 100), await log.page(jane, 0, 100));
  });

  test('numbers the events from before it existed, and more than one statement takes', async () => {
    const { id } = await store.create('log-long');
    await numberEvents(db);
    await em.execute(
      `insert into company_event (company_id, version, attempt, status, site_status, progress, kind, message)
       select ?, number, 1, 'PROVISIONING', 'CREATING', 0, 'CLAIMED', 'On it.' from generate_series(2, 2500) as number`,
      [id],
    );
    const start = await log.newest().then((newest) => newest - 2_499);
    const watch = log.watch(jane, start);
    assert.deepEqual(
      (await taken(watch, 2_499)).map(({ version }) => version),
      Array.from({ length: 2_499 }, (_, index) => index + 2),
    );
    await watch.return?.();
  });
});

describe('a watch of the event log', () => {
  test('gets what happens after its beginning once and in order, whatever notifications get lost', {
    timeout: 20_000,
  }, async () => {
    const { id } = await store.create('log-watched');
    const watches = [log.watch(jane, await log.newest()), log.watch(operator, await log.newest())];
    const coming = watches.map((watch) => taken(watch, 5));
    for (let event = 0; event < 4; event += 1) await move(id);
    notify();
    await move(id);
    notify();
    for (const entries of await Promise.all(coming))
      assert.deepEqual(
        entries.map(({ version }) => version),
        [2, 3, 4, 5, 6],
      );
    for (const watch of watches) await watch.return?.();
    await until('nobody listens', () => listeners.size === 0);
  });

  test('of others gets nothing, and one that is far behind gets everything', { timeout: 20_000 }, async () => {
    const newest = await log.newest();
    const others = log.watch(john, 0);
    const [theirs, all] = [others.next(), log.watch(jane, 0)];
    const { id } = await store.create('log-behind');
    const wanted = await log.newest();
    const entries: LogEntry[] = [];
    for await (const entry of all) {
      entries.push(entry);
      if (entry.company_id === id) break;
    }
    assert.ok(wanted > newest);
    assert.deepEqual(entries.map(nameOf), await everyNumbered());
    await others.return?.();
    assert.deepEqual(await theirs, { done: true, value: undefined });
  });

  test('that takes its time misses nothing, however much is kept for all', { timeout: 20_000 }, async () => {
    const { id } = await store.create('log-slow');
    const start = await log.newest();
    const [slow, quick] = [log.watch(jane, start), log.watch(jane, start)];
    await move(id);
    await taken(slow, 1);
    await em.execute(
      `insert into company_event (company_id, version, attempt, status, site_status, progress, kind, message)
       select ?, number, 1, 'PROVISIONING', 'CREATING', 0, 'CLAIMED', 'On it.' from generate_series(3, 1600) as number`,
      [id],
    );
    notify();
    assert.equal((await taken(quick, 1_599)).at(-1)?.version, 1_600);
    assert.deepEqual(
      (await taken(slow, 1_598)).map(({ version }) => version),
      Array.from({ length: 1_598 }, (_, index) => index + 3),
    );
    for (const watch of [slow, quick]) await watch.return?.();
  });

  test('ends when the right to watch expires, and when the log closes', { timeout: 20_000 }, async () => {
    const isEnd = (reason: string) => (error: unknown) => error instanceof WatchEnded && error.reason === reason;
    await assert.rejects(async () => log.watch(jane, await log.newest(), Date.now()).next(), isEnd('expired'));
    const closing = openLog();
    const next = closing.watch(jane, await closing.newest()).next();
    closing.close();
    await assert.rejects(next, isEnd('closing'));
  });
});

async function everyNumbered(): Promise<string[]> {
  const rows = await em.execute<{ name: string }[]>(
    `select company_id || ' ' || version as name from company_event where position is not null order by position`,
  );
  return rows.map(({ name }) => name);
}
