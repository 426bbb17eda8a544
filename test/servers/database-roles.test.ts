import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, type TestContext, test } from 'node:test';
import { Client } from 'pg';
import { type CreateCompanyOutcome, createCompany } from '../../src/company/create-company.ts';
import { findEvents } from '../../src/company/find-companies.ts';
import { findCompanies } from '../../src/company/list-companies.ts';
import { type Database, openPostgres } from '../../src/database/open-database.ts';
import { secretBox } from '../../src/secrets/secret-box.ts';
import {
  type PostgresServer,
  pgBouncerMissing,
  serversMissing,
  startPgBouncer,
  startPostgres,
} from '../support/private-servers.ts';
import { startProgram } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';

/** The statements that the README tells to run, in the order of its blocks. */
const [rights = '', limits = ''] = readFileSync('README.md', 'utf8')
  .matchAll(/^```sql\n(.*?)^```/gms)
  .map(([, sql]) => sql)
  .toArray();

const jane = { owner: 'jane', email: 'jane@customers.example', seesAll: false, namesCustomers: false };
const deps = {
  notifier: { moved() {}, workAvailable() {}, mailDue() {}, logged() {} },
  secrets: secretBox([{ id: 'k1', bytes: Buffer.alloc(32, 1) }]),
  apps: ['erpnext'],
  ownHosts: [],
};
const create = ({ db }: Database, name: string): Promise<CreateCompanyOutcome> =>
  createCompany({ ...deps, db }, jane, requestFor(`${name}.localhost`));
const idOf = (outcome: CreateCompanyOutcome): string =>
  outcome.kind === 'created' ? outcome.company.id : assert.fail(outcome.kind);

describe('the roles and settings that a database may have', { skip: serversMissing }, () => {
  let postgres: PostgresServer;
  before(async () => {
    postgres = await startPostgres({ settings: { log_statement: 'all', max_connections: '60' } });
  });
  after(() => postgres?.close());

  /** Runs statements as the superuser in a database. */
  const sql = async (database: string, ...statements: string[]): Promise<Record<string, unknown>[]> => {
    const client = new Client(urlOf(database));
    await client.connect();
    try {
      const results = [];
      for (const statement of statements) results.push(await client.query(statement));
      return results.at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  };
  const urlOf = (database: string, role = 'postgres', options = ''): string =>
    `postgresql://${role}@127.0.0.1:${postgres.port}/${database}${options && `?options=${encodeURIComponent(options)}`}`;
  const open = (t: TestContext, url: string): Database => {
    const database = openPostgres(url);
    t.after(() => database.close());
    return database;
  };

  test('a role that may not create anything serves requests, also the first ones of a new year', async (t) => {
    await sql(
      'postgres',
      'create role owner login',
      'create role companies login',
      'create database rights owner owner',
    );
    const owner = new Client(urlOf('rights', 'owner'));
    await owner.connect();
    await owner.query(rights);
    await owner.end();

    const early = startProgram('src/migrate.ts', { DATABASE_URL: urlOf('rights', 'companies') });
    assert.equal((await early.end()).code, 1);
    assert.match(early.complaints, /^PostgreSQL denies a privilege: .*npm run migrate[^\n]*\n$/);

    assert.equal((await startProgram('src/migrate.ts', { DATABASE_URL: urlOf('rights', 'owner') }).end()).code, 0);
    // A clock that this test sets stands before PostgreSQL's own.
    await sql(
      'rights',
      'create schema clock',
      `create table clock.time as select now() as now`,
      `create function clock.now() returns timestamptz language sql as 'select now from clock.time'`,
      'grant usage on schema clock to companies',
      'grant select on clock.time to companies',
    );
    const database = open(t, urlOf('rights', 'companies', '-c search_path=public,clock,pg_catalog'));
    assert.deepEqual(await database.migrate(), []);
    await database.ping();
    await assert.rejects(database.em.execute('create table forbidden ()'), { code: '42501' });
    for (const year of ['2031', '2032']) {
      await sql('rights', `update clock.time set now = '${year}-01-01T00:00:00Z'`);
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) => create(database, `of-${year}-${index}`)),
      );
      assert.deepEqual(
        outcomes.map(idOf).sort(),
        outcomes.map((_, index) => `COMP-${year}-${String(index + 1).padStart(5, '0')}`),
      );
    }
    await sql('rights', 'revoke insert on company_year from companies');
    await assert.rejects(database.migrate(), /companies lacks rights \(company_year: insert\)/);
  });

  test('a schema other than public is found again, and two of them are two services', async (t) => {
    await sql(
      'postgres',
      'create role tenant login',
      'create database schemas',
      'grant create on database schemas to tenant',
    );
    await sql('schemas', 'create schema one authorization tenant', 'create schema two authorization tenant');
    await sql('schemas', 'alter role tenant set search_path = one, public');
    for (const [name, options] of [
      ['one', ''],
      ['two', '-c search_path=two'],
    ] as const) {
      const url = urlOf('schemas', 'tenant', options);
      for (const said of [/^Applied .*\n$/, /^Already up to date\.\n$/]) {
        const program = startProgram('src/migrate.ts', { DATABASE_URL: url });
        assert.equal((await program.end()).code, 0, program.complaints);
        assert.match(program.log.map(({ msg }) => `${msg}\n`).join(''), said);
      }
      const database = open(t, url);
      assert.match(idOf(await create(database, 'same')), /-00001$/);
      assert.equal((await sql('schemas', `select from ${name}.company`)).length, 1);
    }
    assert.deepEqual(
      await sql('schemas', `select relname from pg_class where relnamespace = 'public'::regnamespace`),
      [],
    );
    assert.equal((await sql('schemas', `select from pg_indexes where indexname = 'company_text_index'`)).length, 2);
    const nowhere = startProgram('src/migrate.ts', { DATABASE_URL: urlOf('schemas', 'tenant', '-c search_path=none') });
    assert.equal((await nowhere.end()).code, 1);
    assert.match(nowhere.complaints, /^PostgreSQL is unusable: None of the schemas in search_path exists[^\n]*\n$/);
  });

  test('without the right to create pg_trgm texts are found all the same, and by an index once it exists', async (t) => {
    await sql('postgres', 'create role poor login', 'create database poor');
    await sql('poor', 'create schema poor authorization poor', 'alter role poor set search_path = poor');
    const url = urlOf('poor', 'poor');
    const migrate = async (): Promise<string> => {
      const program = startProgram('src/migrate.ts', { DATABASE_URL: url });
      assert.equal((await program.end()).code, 0, program.complaints);
      return program.complaints;
    };
    const indexes = () => sql('poor', `select from pg_indexes where indexname = 'company_text_index'`);
    const operator = { ...jane, owner: 'olga', seesAll: true };
    const database = open(t, url);
    const find = async (text: string): Promise<string[]> =>
      (await findCompanies(database.db, operator, { text }, { fromEnd: false, limit: 2 })).map(({ id }) => id);

    assert.match(
      await migrate(),
      /^Note: searches by text read every company, .* create it and run npm run migrate\.\n$/,
    );
    const id = idOf(await create(database, 'needle'));
    assert.deepEqual([await find('EEDLE.local'), await find('thread'), await indexes()], [[id], [], []]);

    await sql('poor', 'create extension pg_trgm');
    assert.equal(await migrate(), '');
    assert.deepEqual([await find('EEDLE.local'), await find('thread'), (await indexes()).length], [[id], [], 1]);
  });

  test('the service sets what it relies on, whatever a role’s settings are', async (t) => {
    const odd = {
      datestyle: 'German',
      intervalstyle: 'sql_standard',
      timezone: 'Asia/Kathmandu',
      default_transaction_isolation: 'serializable',
      standard_conforming_strings: 'off',
      statement_timeout: '0',
    };
    await sql('postgres', 'create role odd login', 'create database odd owner odd');
    for (const [name, value] of Object.entries(odd)) await sql('odd', `alter role odd set ${name} = '${value}'`);
    const database = open(t, urlOf('odd', 'odd'));
    await database.migrate();
    const before = Date.now();
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => create(database, `odd-${index}`)));
    for (const outcome of outcomes) {
      assert.ok(outcome.kind === 'created');
      const [event] = await findEvents(database.db, outcome.company.id, { fromEnd: false, limit: 1 });
      for (const moment of [outcome.company.created_at, event?.occurred_at]) {
        assert.ok(moment instanceof Date && Math.abs(moment.getTime() - before) < 10_000, String(moment));
      }
    }
    const [found] = await database.em.execute(
      `select ${Object.keys(odd).map((name) => `current_setting('${name}') as ${name}`)}`,
    );
    assert.deepEqual(found, {
      datestyle: 'ISO, YMD',
      intervalstyle: 'postgres',
      timezone: 'UTC',
      default_transaction_isolation: 'read committed',
      standard_conforming_strings: 'on',
      statement_timeout: '15s',
    });
  });

  test('serialization failures and deadlocks are retried without being noticed', async (t) => {
    await sql('postgres', 'create database disputes');
    const strict = '-c default_transaction_isolation=serializable -c deadlock_timeout=50ms';
    const database = open(t, urlOf('disputes', 'postgres', strict));
    await database.migrate();
    const count = 'select (select count(*)::int from company) as found';
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        index % 2 === 0 ? create(database, `strict-${index}`).then(idOf) : database.em.execute(count),
      ),
    );
    assert.equal(outcomes.length, 30);

    const [one, two] = await sql('disputes', 'select id from company order by position limit 2');
    const other = new Client(urlOf('disputes'));
    await other.connect();
    t.after(() => other.end());
    await other.query(`set deadlock_timeout = '1min'`);
    await other.query('begin');
    await other.query('update company set progress = 1 where id = $1', [two?.['id']]);
    const both = database.em.execute(
      `with first as (update company set progress = 2 where id = ? returning id)
        update company set progress = 2 from first where company.id = ?`,
      [one?.['id'], two?.['id']],
    );
    // It holds the first row and waits for the second.
    for (;;) {
      const waiting = await sql('disputes', `select from pg_locks where not granted`);
      if (waiting.length > 0) break;
    }
    await other.query('update company set progress = 1 where id = $1', [one?.['id']]);
    await other.query('commit');
    await both;
    assert.deepEqual(await sql('disputes', 'select progress from company order by position limit 2'), [
      { progress: 2 },
      { progress: 2 },
    ]);
    assert.ok(postgres.log.some((line) => line.includes('deadlock detected')));
  });

  describe('behind PgBouncer in transaction mode', { skip: pgBouncerMissing }, () => {
    const users = ['postgres', 'companies', 'limited'];
    const settings = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle, current_setting('DateStyle') as dates`;
    const wanted = { statement: '15s', lock: '10s', idle: '30s', dates: 'ISO, YMD' };

    for (const [what, ignored] of [
      ['refuses what it does not know', {}],
      ['is told to ignore it', { ignore_startup_parameters: 'options,extra_float_digits' }],
    ] as const) {
      test(`behind PgBouncer that ${what}, the limits hold and affect no other client`, async (t) => {
        const database = `pooled_${Object.keys(ignored).length}`;
        await sql('postgres', `create database ${database}`);
        const pgBouncer = await startPgBouncer(postgres, users, ignored);
        t.after(() => pgBouncer.close());
        const url = pgBouncer.url.replace(/postgres$/, database);
        const pooled = open(t, url);
        assert.ok((await pooled.migrate()).length > 0);
        assert.deepEqual(await pooled.migrate(), []);
        assert.deepEqual(await pooled.em.execute(settings), [wanted]);
        const inTransaction = pooled.em.fork().transactional((transaction) => transaction.execute(settings));
        assert.deepEqual(await inTransaction, [wanted]);
        const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => create(pooled, `pooled-${index}`)));
        assert.equal(new Set(outcomes.map(idOf)).size, 20);
        await pooled.ping();

        const hasty = open(t, `${url}?options=${encodeURIComponent('-c statement_timeout=200ms')}`);
        await assert.rejects(hasty.em.execute('select pg_sleep(20)'), { code: '57014' });

        const somebodyElse = new Client(url);
        await somebodyElse.connect();
        const { rows } = await somebodyElse.query('show statement_timeout');
        await somebodyElse.end();
        assert.deepEqual(rows, [{ statement_timeout: '0' }]);
      });
    }

    test('a role that has the limits itself needs no transaction for a statement', async (t) => {
      await sql('postgres', 'create role limited login', limits.replaceAll('companies', 'limited'));
      const pgBouncer = await startPgBouncer(postgres, users);
      t.after(() => pgBouncer.close());
      const pooled = open(t, pgBouncer.url.replace('postgres@', 'limited@'));
      assert.deepEqual(await pooled.em.execute(`${settings}, 'of the limited role' as whose`), [
        { ...wanted, whose: 'of the limited role' },
      ]);
      const index = postgres.log.findIndex((line) => line.includes('of the limited role'));
      assert.ok(index > 0);
      assert.doesNotMatch(postgres.log[index - 1] ?? '', /begin/);
    });

    test('a missing database behind PgBouncer is reported as such', async (t) => {
      const pgBouncer = await startPgBouncer(postgres, users);
      t.after(() => pgBouncer.close());
      const program = startProgram('src/migrate.ts', { DATABASE_URL: pgBouncer.url.replace(/postgres$/, 'conpanies') });
      assert.equal((await program.end()).code, 1);
      assert.match(program.complaints, /^PostgreSQL has no such database: [^\n]*\n$/);
    });
  });
});
