import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { Client as Connection } from 'pg';
import type { CreateCompanyInput } from '../../src/client/operations.ts';
import { type CreateCompanyOutcome, createCompany } from '../../src/company/create-company.ts';
import { findEvents } from '../../src/company/find-companies.ts';
import { findCompanies } from '../../src/company/list-companies.ts';
import { queueCompany } from '../../src/company/queue-company.ts';
import type { Requester } from '../../src/company/requester.ts';
import { type Database, openPostgres } from '../../src/database/open-database.ts';
import { secretBox } from '../../src/secrets/secret-box.ts';
import { type PrivateServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import { within } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';

const jane: Requester = { owner: 'jane', email: 'jane@customers.example', seesAll: false, namesCustomers: false };
const notifier = { moved() {}, workAvailable() {}, mailDue() {}, logged() {} };
const secrets = secretBox([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]);
const apps = ['erpnext'];

describe('the real PostgreSQL', { skip: serversMissing }, () => {
  let postgres: PrivateServer;
  /** As many as there may be processes, each with connections of its own. */
  let processes: readonly [Database, Database, ...Database[]];

  before(async () => {
    postgres = await startPostgres();
    const open = (): Database => openPostgres(postgres.url);
    processes = [open(), open(), open(), open(), open(), open(), open(), open()];
  });
  after(async () => {
    await Promise.all(processes?.map((database) => database.close()) ?? []);
    await postgres?.close();
  });

  const create = ({ db }: Database, name: string): Promise<CreateCompanyOutcome> =>
    createCompany({ db, notifier, secrets, apps, ownHosts: [] }, jane, requestFor(`${name}.localhost`));

  test('one of eight concurrent migrations applies it, the others find it applied', async () => {
    const applied = await Promise.all(processes.map((database) => database.migrate()));
    const files = await readdir(new URL('../../src/database/migrations', import.meta.url));
    assert.deepEqual(applied.flat().sort(), files.map((file) => file.replace('.ts', '')).sort());
    assert.deepEqual(await processes[0].migrate(), []);
  });

  test('eight concurrent first companies of a year get distinct ids from 1 on', async () => {
    const outcomes = await Promise.all(
      processes.flatMap((database, index) =>
        [1, 2, 3, 4, 5].map((number) => create(database, `first-${index}-${number}`)),
      ),
    );
    const ids = outcomes.map((outcome) => (outcome.kind === 'created' ? outcome.company.id : outcome.kind)).sort();
    const year = new Date().getUTCFullYear();
    assert.deepEqual(
      ids,
      outcomes.map((_, index) => `COMP-${year}-${String(index + 1).padStart(5, '0')}`),
    );
  });

  test('an uncommitted creation blocks no other one', async (t) => {
    const slow = new Connection(postgres.url);
    await slow.connect();
    t.after(() => slow.end());
    await slow.query('begin');
    const { rows } = await slow.query<{ id: string }>('select next_company_id() as id');
    const outcome = await within(2_000, 'another creation', create(processes[1], 'meanwhile'));
    assert.ok(outcome.kind === 'created');
    assert.ok(rows[0] && outcome.company.id > rows[0].id, `${outcome.company.id} after ${rows[0]?.id}`);
    await slow.query('rollback');
  });

  test('one of two concurrent requests gets a site name', async () => {
    const outcomes = await Promise.all(processes.map((database) => create(database, 'wanted')));
    assert.equal(outcomes.filter(({ kind }) => kind === 'created').length, 1);
    assert.equal(outcomes.filter(({ kind }) => kind === 'site-name-taken').length, 7);
  });

  test('fifty concurrent creations, retries and repeats by one customer never exceed the quota', async () => {
    const limits = { companiesPerDay: 6, companiesWaiting: 4 };
    const joe = { ...jane, owner: 'joe' };
    const deps = { notifier, secrets, apps, ownHosts: [], quotas: { customer: limits, partner: limits } };
    const ask = ({ db }: Database, name: string, changes: Partial<CreateCompanyInput>) =>
      createCompany({ ...deps, db }, joe, requestFor(`${name}.localhost`, changes));
    const [one] = processes;
    // As many connections as there may be are open by then, so that all begin together.
    await Promise.all(
      processes.flatMap(({ em }) => Array.from({ length: 10 }, () => em.execute('select pg_sleep(0.2)'))),
    );
    const drafts = await Promise.all(['joe-1', 'joe-2'].map((name) => ask(one, name, { draft: true })));
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const database = processes[index % processes.length] ?? one;
        const draft = drafts[index % 10];
        if (draft?.kind === 'created') return queueCompany({ ...deps, db: database.db }, joe, draft.company.id);
        // Each is sent twice under one key.
        const number = Math.floor(index / 20) * 10 + (index % 10);
        return ask(database, `joe-many-${number}`, { idempotencyKey: `key-${number}` });
      }),
    );
    const { rows } = await sql<{ all: number; queued: number }>`
      select count(*)::int as all, count(*) filter (where status = 'QUEUED')::int as queued
      from company where created_by = 'joe'`.execute(one.db);
    assert.deepEqual(rows, [{ all: rows[0]?.all, queued: limits.companiesWaiting }]);
    assert.ok(rows[0] && rows[0].all <= limits.companiesPerDay);
    assert.ok(outcomes.some(({ kind }) => kind === 'quota-exceeded'));
    // A repeated request gets what the first one got, also where that took the last place.
    for (const outcome of outcomes) {
      if (outcome.kind !== 'created') continue;
      const { site_name: siteName, idempotency_key: idempotencyKey } = outcome.company;
      const again = await ask(one, siteName.replace('.localhost', ''), { idempotencyKey });
      assert.ok(again.kind === 'created' && again.company.id === outcome.company.id);
    }
  });

  test('the driver returns times as Dates, arrays as arrays and JSON parsed', async () => {
    const before = Date.now();
    const outcome = await create(processes[1], 'typed');
    assert.ok(outcome.kind === 'created');
    const { company } = outcome;
    for (const moment of [company.created_at, company.queued_at]) {
      assert.ok(moment instanceof Date);
      assert.ok(Math.abs(moment.getTime() - before) < 5_000, `${moment.toISOString()} is not now`);
    }
    assert.deepEqual(company.apps, ['erpnext']);
    assert.deepEqual(company.steps, []);
    assert.equal(company.version, 1);
    const [event] = await findEvents(processes[0].db, company.id, { fromEnd: false, limit: 1 });
    assert.ok(event?.occurred_at instanceof Date);
  });

  test('positions order lists newest first, beyond nine and from either end', async () => {
    const { db } = processes[1];
    const all = await findCompanies(db, jane, {}, { fromEnd: false, limit: 100 });
    assert.equal(all[0]?.site_name, 'typed.localhost');
    const positions = all.map(({ position }) => Number(position));
    assert.ok(positions.length > 40);
    assert.deepEqual(
      positions,
      positions.toSorted((one, other) => other - one),
    );

    const after = positions[4];
    const next = await findCompanies(db, jane, {}, { after, fromEnd: false, limit: 10 });
    assert.deepEqual(
      next.map(({ id }) => id),
      all.slice(5, 15).map(({ id }) => id),
    );
    const newer = await findCompanies(db, jane, {}, { before: positions[4], fromEnd: true, limit: 2 });
    assert.deepEqual(
      newer.map(({ id }) => id),
      [all[3]?.id, all[2]?.id],
    );
  });

  test('closing the database does not wait forever for a connection being made', async () => {
    const closing = openPostgres(postgres.url);
    const ask = () => sql`select 1`.execute(closing.db);
    await ask();
    // The first one takes the connection that there is, and the others make new ones.
    const answers = Promise.allSettled([ask(), ask(), ask()]);
    await setImmediate();
    await within(5_000, 'its end', closing.close());
    assert.ok(
      (await answers).some(({ status }) => status === 'rejected'),
      'all connections were there already',
    );
  });

  test('transactions with terminated backends return their connections to the pool', async () => {
    const [{ em }, other] = processes;
    // More than the pool has.
    for (let times = 1; times <= 12; times += 1) {
      const struck = em.fork().transactional(async (transaction) => {
        const [row] = await transaction.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
        await other.em.execute('select pg_terminate_backend(?, 1000)', [row?.pid]);
        await transaction.execute('select 1');
      });
      await assert.rejects(within(2_000, 'the end of the transaction', struck), /terminat/i);
    }
    await within(2_000, 'a statement afterwards', processes[0].ping());
  });
});
