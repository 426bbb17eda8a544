import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { plainly } from '../../src/app/run.ts';
import { openPostgres } from '../../src/database/open-database.ts';
import { refusalOf } from '../../src/database/unusable-database.ts';
import { ask } from '../support/fail-over.ts';
import { freePort, type PostgresServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import { startProgram, until } from '../support/processes.ts';

describe('a start that PostgreSQL does not allow', { skip: serversMissing }, () => {
  let postgres: PostgresServer;
  before(async () => {
    postgres = await startPostgres({
      hba: [
        'local all all trust',
        'host all with_password all scram-sha-256',
        'host all unwanted all reject',
        'host all all all trust',
      ],
    });
    for (const statement of [
      `create role with_password login password 'right'`,
      'create role unwanted login',
      'create role crowded login connection limit 0',
      'create role poor login',
      'create role hasty login superuser',
      `alter role hasty set lock_timeout = '100ms'`,
      `alter role hasty set statement_timeout = '200ms'`,
      `create database latin encoding 'LATIN1' locale 'C' template template0`,
      'create database frozen',
      'alter database frozen set default_transaction_read_only = on',
      'create database waited',
    ])
      await ask(postgres, statement);
  });
  after(() => postgres?.close());

  test('each cause of a failed start is reported with its remedy in one line', async (t) => {
    // What answers there is not PostgreSQL.
    const other = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    // Cast: a server that listens on a TCP port has an AddressInfo.
    const { port: otherPort } = other.address() as AddressInfo;
    const at = (user: string, database = 'postgres'): string =>
      `postgresql://${user}@127.0.0.1:${postgres.port}/${database}`;
    const cases: [url: string, cause: RegExp][] = [
      [at('with_password:wrong-s3cret'), /^PostgreSQL refused the log-in: .* Correct user and password/],
      [at('nobody'), /^PostgreSQL does not let this user in: .*"nobody".* Correct the user/],
      [at('unwanted'), /^PostgreSQL does not let this user in: .*pg_hba\.conf/],
      [at('crowded'), /^PostgreSQL has no connection left: .* Raise/],
      [at('poor'), /^PostgreSQL denies a privilege: .* npm run migrate/],
      [at('postgres', 'latin'), /^PostgreSQL is unusable: The database's encoding is LATIN1.* 'UTF8'/],
      [at('postgres', 'frozen'), /^PostgreSQL is read-only: .* Switch default_transaction_read_only off/],
      [
        `postgresql://postgres@127.0.0.1:${await freePort()}/postgres`,
        /^Cannot reach PostgreSQL: connect ECONNREFUSED .* Start it/,
      ],
      ['postgresql://postgres@nowhere.invalid/postgres', /^PostgreSQL is at an unknown host: .* Correct the host/],
      [
        `postgresql://postgres@127.0.0.1:${otherPort}/postgres?sslmode=require`,
        /^PostgreSQL aborts the TLS handshake: /,
      ],
    ];
    for (const [url, cause] of cases) {
      const database = openPostgres(url);
      t.after(() => database.close());
      const complaint = await database.migrate().then(() => '', plainly);
      assert.match(complaint, cause);
      assert.doesNotMatch(complaint, /\n|s3cret/, 'one line');
    }
  });

  test('/readyz reports a refusing database without names or the server’s own words', async (t) => {
    const at = (user: string, database = 'postgres'): string =>
      `postgresql://${user}@127.0.0.1:${postgres.port}/${database}`;
    const cases: [url: string, cause: string | undefined][] = [
      [at('with_password:wrong-s3cret'), 'it refused the log-in (28P01)'],
      [at('nobody'), 'it does not let this user in (28000)'],
      [at('crowded'), 'it has no connection left (53300)'],
      [at('postgres', 'latin'), 'it cannot hold the data'],
      [at('postgres', 'frozen'), 'it takes no writes: transaction_read_only is on'],
      [at('postgres', 'missing'), 'it has no such database (3D000)'],
      [`postgresql://postgres@127.0.0.1:${await freePort()}/postgres`, undefined],
    ];
    for (const [url, cause] of cases) {
      const database = openPostgres(url);
      t.after(() => database.close());
      assert.equal(await database.ping().then(() => 'nothing is wrong', refusalOf), cause);
    }
  });

  test('a failed start exits with 1 and one line', async () => {
    const url = `postgresql://with_password:wrong-s3cret@127.0.0.1:${postgres.port}/postgres`;
    const program = startProgram('src/migrate.ts', { DATABASE_URL: url });
    assert.equal((await program.end()).code, 1);
    assert.match(program.complaints, /^PostgreSQL refused the log-in: [^\n]*\n$/);
  });

  test('a start waits for another process’s migration beyond its role’s time limits', async () => {
    const other = new Client(postgres.url.replace(/postgres$/, 'waited'));
    await other.connect();
    await other.query(`select pg_advisory_lock(hashtext('company provisioning migrations'))`);
    const program = startProgram('src/migrate.ts', {
      DATABASE_URL: `postgresql://hasty@127.0.0.1:${postgres.port}/waited`,
    });
    const waits = `select from pg_stat_activity where usename = 'hasty' and wait_event = 'advisory' and now() - query_start > interval '1 second'`;
    await until('it waits', async () => (await other.query(waits)).rowCount === 1);
    await other.end();
    assert.equal((await program.end()).code, 0, program.complaints);
    assert.equal(program.complaints, 'Waiting for another process that is migrating.\n');
  });
});
