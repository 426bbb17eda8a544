import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Client as Connection } from 'pg';
import { type CreateCompanyOutcome, createCompany } from '../../src/company/create-company.ts';
import { findCompanies, findEvents } from '../../src/company/find-companies.ts';
import type { Requester } from '../../src/company/requester.ts';
import { secretBox } from '../../src/company/secret-box.ts';
import { type Database, openPostgres } from '../../src/database/open-database.ts';
import { type PrivateServer, serversMissing, startPostgres } from '../private-servers.ts';
import { requestFor } from '../test-service.ts';
import { within } from './processes.ts';

const jane: Requester = { subject: 'jane', email: 'jane@customers.example', seesAll: false, namesCustomers: false };
const bell = { changed() {}, queued() {}, owed() {} };
const secrets = secretBox([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]);
const apps = { offered: ['erpnext'], byDefault: ['erpnext'] };

suite('the real PostgreSQL', { skip: serversMissing }, () => {
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

  const create = ({ em }: Database, name: string): Promise<CreateCompanyOutcome> =>
    createCompany({ em, bell, secrets, apps, ownHosts: [] }, jane, requestFor(`${name}.localhost`));

  test('eight that migrate an empty database at once: one does it, the others find it done', async () => {
    const applied = await Promise.all(processes.map((database) => database.migrate()));
    assert.deepEqual(applied.flat(), ['20261122-create-company', '20261123-operate']);
    assert.deepEqual(await processes[0].migrate(), []);
  });

  test('eight that create the first companies of a year at once get distinct ids from 1 on', async () => {
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

  test('a creation that is not committed yet blocks no other one', async (t) => {
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

  test('two requests for one site name at once: one gets it', async () => {
    const outcomes = await Promise.all(processes.map((database) => create(database, 'wanted')));
    assert.equal(outcomes.filter(({ kind }) => kind === 'created').length, 1);
    assert.equal(outcomes.filter(({ kind }) => kind === 'site-name-taken').length, 7);
  });

  test('moments are Dates, lists are lists, JSON is read', async () => {
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
    const [event] = await findEvents(processes[0].em, company.id, { fromEnd: false, limit: 1 });
    assert.ok(event?.occurred_at instanceof Date);
  });

  test('positions order the listing, newest first, also beyond nine and from the other end', async () => {
    const { em } = processes[1];
    const all = await findCompanies(em, jane, {}, { fromEnd: false, limit: 100 });
    assert.equal(all[0]?.site_name, 'typed.localhost');
    const positions = all.map(({ position }) => Number(position));
    assert.ok(positions.length > 40);
    assert.deepEqual(
      positions,
      positions.toSorted((one, other) => other - one),
    );

    const after = positions[4];
    const next = await findCompanies(em, jane, {}, { after, fromEnd: false, limit: 10 });
    assert.deepEqual(
      next.map(({ id }) => id),
      all.slice(5, 15).map(({ id }) => id),
    );
    const newer = await findCompanies(em, jane, {}, { before: positions[4], fromEnd: true, limit: 2 });
    assert.deepEqual(
      newer.map(({ id }) => id),
      [all[3]?.id, all[2]?.id],
    );
  });

  test('transactions whose backends are terminated give their connections back to the pool', async () => {
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
