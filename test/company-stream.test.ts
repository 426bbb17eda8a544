import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import type { CompanyId } from '../src/company/company-id.ts';
import { openCompanyStreams } from '../src/live/company-stream.ts';
import { sendAgain } from '../src/mail/undelivered.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openCompanyStore } from './support/company-store.ts';

const store = await openCompanyStore(after);
const { db, em, notifier } = store;
const silent = { announce() {}, listen: () => () => {}, notifyAll() {}, probe: async () => {}, close: async () => {} };
const streams = openCompanyStreams(db, silent, { liveness: openLiveness(), log: pino({ level: 'silent' }) });

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
