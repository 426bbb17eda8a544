import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'kysely';
import { type Database, openPostgres } from '../../src/database/open-database.ts';
import { type PrivateServer, serversMissing, startPostgres } from '../support/private-servers.ts';

describe('prepared statements', { skip: serversMissing }, () => {
  let postgres: PrivateServer;
  let database: Database;

  before(async () => {
    postgres = await startPostgres();
    database = openPostgres(postgres.url);
    await database.em.execute('create table sample as select 1 as number');
  });
  after(async () => {
    await database?.close();
    await postgres?.close();
  });

  const everything = sql<object>`select * from sample`;
  /** Statements one after the other use one connection. */
  const often = async (statement: typeof everything): Promise<void> => {
    for (let use = 0; use < 10; use += 1) await statement.execute(database.db);
  };
  const prepared = async (): Promise<string[]> => {
    const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(
      database.db,
    );
    return rows.map(({ statement }) => statement);
  };

  test('a statement that runs often is prepared, and a rare one is not', async () => {
    await often(everything);
    await sql`select number from sample`.execute(database.db);
    assert.deepEqual(await prepared(), ['select * from sample']);
  });

  test('a limited number of statements is prepared', async () => {
    for (let number = 0; number < 60; number += 1) await often(sql`select ${sql.lit(number)} as number`);
    assert.equal((await prepared()).length, 50);
  });

  test('a prepared statement is planned for its table as it is now', async () => {
    const grown = openPostgres(postgres.url);
    await grown.em.execute('create table growing (number int primary key, text text)');
    await grown.em.execute(`insert into growing values (0, 'text')`);
    await grown.em.execute('analyze growing');
    for (let use = 0; use < 20; use += 1) await sql`select text from growing where number = ${1}`.execute(grown.db);
    await grown.em.execute(`insert into growing select number, 'text' from generate_series(1, 20000) as number`);
    const { rows } = await sql<{ name: string }>`
      select name from pg_prepared_statements where statement like '%from growing%'`.execute(grown.db);
    const [prepared = assert.fail()] = rows;
    const plan = await sql`explain execute ${sql.id(prepared.name)} (1)`.execute(grown.db);
    assert.match(JSON.stringify(plan.rows), /Index Scan/);
    await grown.close();
  });

  test('a prepared statement returns the column that a migration has added', async () => {
    await often(everything);
    await database.em.execute('alter table sample add column name text');
    const { rows } = await everything.execute(database.db);
    assert.deepEqual(rows, [{ number: 1, name: null }]);
  });

  test('a prepared statement that the server does not know runs, as behind a pooler that changes connections', async (t) => {
    const another = openPostgres(postgres.url);
    t.after(() => another.close());
    const read = () => everything.execute(another.db);
    for (let use = 0; use < 10; use += 1) await read();
    await sql`deallocate all`.execute(another.db);
    assert.equal((await read()).rows.length, 1);
  });

  test('a prepared statement whose name another client of a pooler has taken runs', async (t) => {
    const another = openPostgres(postgres.url);
    t.after(() => another.close());
    const read = () => everything.execute(another.db);
    await read();
    const { rows } = await sql<{ name: string }>`
      select name from pg_prepared_statements`.execute(database.db);
    for (const { name } of rows) await sql`prepare ${sql.id(name)} as select 2`.execute(another.db);
    for (let use = 0; use < 10; use += 1) assert.deepEqual((await read()).rows, [{ number: 1, name: null }]);
  });
});
