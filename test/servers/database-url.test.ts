import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { ConfigError } from '../../src/config/config-error.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { openPostgres } from '../../src/database/open-database.ts';
import { type Certified, openPrivateAuthority, type PrivateAuthority } from '../support/private-authority.ts';
import { type PostgresServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import { startProgram } from '../support/processes.ts';

interface Session {
  readonly tls: boolean;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly searchPath: string;
  readonly socket: boolean;
  readonly port: number;
}

/** What PostgreSQL knows of the session that a URL leads to, once the configuration has accepted it. */
async function sessionAt(url: string, env: Readonly<Record<string, string>> = {}): Promise<Session> {
  const { DATABASE_URL = '' } = readConfig({ ...env, DATABASE_URL: url });
  const database = openPostgres(DATABASE_URL);
  try {
    const [session] = await database.em.execute<Session[]>(`
      select ssl as tls, current_user as "user", current_database() as database,
        current_setting('application_name') as application, current_setting('search_path') as "searchPath",
        inet_client_addr() is null as socket, inet_server_port() as port
      from pg_stat_ssl where pid = pg_backend_pid()`);
    assert.ok(session);
    return session;
  } finally {
    await database.close();
  }
}

/** What the configuration says of a URL. */
function faultsOf(url: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    readConfig({ ...env, DATABASE_URL: url });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.doesNotMatch(error.message, /s3cret/);
    return error.message.split('\n').slice(1);
  }
}

/** How `src/migrate.ts` ends that cannot work there: with 1, and one line. */
async function complaintAt(url: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const program = startProgram('src/migrate.ts', { ...env, DATABASE_URL: url });
  assert.equal((await program.end()).code, 1, JSON.stringify(program.log));
  assert.match(program.complaints, /^[^\n]+\n$/);
  assert.doesNotMatch(program.complaints, /s3cret/);
  return program.complaints;
}

describe('DATABASE_URL, read as libpq reads it', { skip: serversMissing }, () => {
  let authority: PrivateAuthority;
  let stranger: PrivateAuthority;
  let customer: Certified;
  let postgres: PostgresServer;
  /** A server without TLS. */
  let plain: PostgresServer;
  const at = (query: string, host = 'localhost', user = 'postgres'): string =>
    `postgresql://${user}@${host}:${postgres.port}/postgres?${query}`;

  before(async () => {
    authority = openPrivateAuthority();
    stranger = openPrivateAuthority();
    customer = authority.certify('certified');
    const own = authority.certify('localhost');
    [postgres, plain] = await Promise.all([
      startPostgres({
        settings: {
          ssl: 'on',
          ssl_cert_file: '%d/own.crt',
          ssl_key_file: '%d/own.key',
          ssl_ca_file: '%d/authority.crt',
          password_encryption: 'scram-sha-256',
        },
        files: { 'own.crt': own.cert, 'own.key': own.key, 'authority.crt': authority.ca },
        hba: [
          'local all all trust',
          'hostssl all certified all cert',
          'hostssl all only_tls all trust',
          'hostnossl all only_plain all trust',
          'host all with_password all scram-sha-256',
          'host all postgres all trust',
          'host replication all all trust',
        ],
      }),
      startPostgres(),
    ]);
    const client = new Client(postgres.url);
    await client.connect();
    for (const role of ['certified', 'only_tls', 'only_plain']) await client.query(`create role ${role} login`);
    await client.query(`create role with_password login password 's3cret@/?:'`);
    await client.query('create database "odd name"');
    await client.end();
  });
  after(async () => {
    await Promise.all([postgres?.close(), plain?.close()]);
    authority?.close();
    stranger?.close();
  });

  test('sslmode decides over TLS, and over what the server must prove', async () => {
    const right = `sslrootcert=${encodeURIComponent(authority.caFile)}`;
    const wrong = `sslrootcert=${encodeURIComponent(stranger.caFile)}`;
    /** Query, host, and whether TLS is used; or what the failure is about. */
    const cases: [query: string, host: string, result: boolean | RegExp][] = [
      ['', 'localhost', true],
      ['sslmode=disable', 'localhost', false],
      ['sslmode=allow', 'localhost', false],
      ['sslmode=prefer', 'localhost', true],
      ['sslmode=require', 'localhost', true],
      ['ssl=true', 'localhost', true],
      [`sslmode=prefer&${wrong}`, 'localhost', false],
      [`sslmode=require&${right}`, '127.0.0.1', true],
      [`sslmode=require&${wrong}`, 'localhost', /self.signed|unable to|signature/i],
      [`sslmode=verify-ca&${right}`, '127.0.0.1', true],
      [`sslmode=verify-ca&${wrong}`, 'localhost', /self.signed|unable to|signature/i],
      [`sslmode=verify-full&${right}`, 'localhost', true],
      [`sslmode=verify-full&${right}`, '127.0.0.1', /does not match|altnames/i],
      [`sslmode=verify-full&${wrong}`, 'localhost', /self.signed|unable to|signature/i],
      [`sslmode=verify-full&${right}&hostaddr=127.0.0.1`, 'localhost', true],
      [`sslmode=verify-full&${right}&hostaddr=127.0.0.1`, 'elsewhere.example', /does not match|altnames/i],
      ['sslrootcert=system', 'localhost', /self.signed|unable to|signature/i],
      ['sslmode=require&sslnegotiation=postgres&ssl_min_protocol_version=TLSv1.3', 'localhost', true],
    ];
    for (const [query, host, result] of cases) {
      const found = sessionAt(at(query, host)).then(({ tls }) => tls);
      if (typeof result === 'boolean') assert.equal(await found, result, `${query} ${host}`);
      else await assert.rejects(found, result, `${query} ${host}`);
    }
  });

  test('a server without TLS is accepted only by the modes that allow it', async () => {
    const url = (mode: string): string => `${plain.url}?sslmode=${mode}`;
    for (const mode of ['disable', 'allow', 'prefer']) assert.equal((await sessionAt(url(mode))).tls, false, mode);
    await assert.rejects(sessionAt(url('require')), /does not support SSL/);
    assert.match(await complaintAt(url('require')), /^PostgreSQL offers no TLS: /);
  });

  test('a server that requires or refuses TLS is accepted where the mode allows both', async () => {
    for (const mode of ['allow', 'prefer', 'require']) {
      assert.equal((await sessionAt(at(`sslmode=${mode}`, 'localhost', 'only_tls'))).tls, true, mode);
    }
    for (const mode of ['disable', 'allow', 'prefer']) {
      assert.equal((await sessionAt(at(`sslmode=${mode}`, 'localhost', 'only_plain'))).tls, false, mode);
    }
    await assert.rejects(sessionAt(at('sslmode=disable', 'localhost', 'only_tls')), /pg_hba\.conf/);
    await assert.rejects(sessionAt(at('sslmode=require', 'localhost', 'only_plain')), /pg_hba\.conf/);
  });

  test('a client certificate logs in, with a key under a password as well', async () => {
    const locked = `${customer.keyFile}.locked`;
    execFileSync('openssl', ['ec', '-aes256', '-passout', 'pass:s3cret', '-in', customer.keyFile, '-out', locked], {
      stdio: 'ignore',
    });
    const with_ = (key: string, more = ''): string =>
      at(`sslmode=require&sslcert=${customer.certFile}&sslkey=${key}${more}`, 'localhost', 'certified');
    assert.equal((await sessionAt(with_(customer.keyFile))).user, 'certified');
    assert.equal((await sessionAt(with_(locked, '&sslpassword=s3cret'))).user, 'certified');
    await assert.rejects(sessionAt(at('sslmode=require', 'localhost', 'certified')), /certificate/);
    assert.match(faultsOf(with_(locked, '&sslpassword=another')).join(), /sslpassword/);
    assert.match(faultsOf(with_(`${customer.keyFile}.none`)).join(), /sslkey, a file that cannot be read/);
    assert.match(faultsOf(at(`sslcert=${customer.certFile}`)).join(), /needs sslkey/);
  });

  test('channel_binding=require logs in by a password that is bound to the connection, and in no other way', async () => {
    const password = encodeURIComponent('s3cret@/?:');
    const login = (query: string): string =>
      `postgresql://with_password:${password}@localhost:${postgres.port}/postgres?${query}`;
    assert.equal((await sessionAt(login('sslmode=require&channel_binding=require'))).user, 'with_password');
    assert.equal((await sessionAt(login('sslmode=disable'))).user, 'with_password');
    await assert.rejects(sessionAt(login('sslmode=disable&channel_binding=require')), /channel_binding/);
    await assert.rejects(sessionAt(at('sslmode=require&channel_binding=require')), /channel_binding/);
  });

  test('hosts, sockets and names are read from every part of a URL', async () => {
    const { folder, port } = postgres;
    const socket = encodeURIComponent(folder);
    for (const url of [
      `postgresql:///postgres?host=${folder}&port=${port}&user=postgres`,
      `postgresql://postgres@${socket}:${port}/postgres?sslmode=verify-ca&sslrootcert=${authority.caFile}`,
      `postgres://postgres@/postgres?host=${socket}&port=${port}`,
    ]) {
      const { socket: isSocket, user } = await sessionAt(url);
      assert.deepEqual([isSocket, user], [true, 'postgres'], url);
    }
    const database = await sessionAt(`postgresql://127.0.0.1:${port}/odd%20name?user=postgres&application_name=a%20b`);
    assert.deepEqual([database.database, database.application], ['odd name', 'a b']);
    assert.equal((await sessionAt(`postgresql://postgres@localhost:${port}`)).database, 'postgres');
    assert.equal((await sessionAt(at('dbname=odd+name&dbname=postgres'))).database, 'postgres');
  });

  test('options override what the service sets by itself', async () => {
    const set = encodeURIComponent('-c search_path=pg_temp,public -cgeqo=off --statement-timeout=3s');
    assert.equal((await sessionAt(at(`options=${set}`))).searchPath, 'pg_temp,public');
    const database = openPostgres(at(`options=${set}`));
    try {
      const [found] = await database.em.execute(
        `select current_setting('geqo') as geqo, current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock`,
      );
      assert.deepEqual(found, { geqo: 'off', statement: '3s', lock: '10s' });
    } finally {
      await database.close();
    }
    assert.equal((await sessionAt(at(''), { PGOPTIONS: '-c search_path=other' })).searchPath, 'other');
  });

  test('libpq’s variables fill in what a URL leaves out', async () => {
    assert.equal((await sessionAt(at(''), { PGSSLMODE: 'disable' })).tls, false);
    assert.equal((await sessionAt(at('sslmode=require'), { PGSSLMODE: 'disable' })).tls, true);
    const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: stranger.caFile };
    await assert.rejects(sessionAt(at(''), env), /self.signed|unable to|signature/i);
  });

  test('an unsupported parameter is refused by name, without its value', () => {
    const cases: [query: string, fault: RegExp][] = [
      ['tcp_user_timeout=1', /tcp_user_timeout, which this service cannot honour/],
      ['service=s3cret', /service, which/],
      ['sslmodus=require', /does not know: sslmodus/],
      ['schema=app', /does not know: schema/],
      ['s3cret%26=1', /odd name/],
      ['sslmode=no-verify', /sslmode, which must be one of: disable, allow/],
      ['sslmode=verify-full', /needs sslrootcert/],
      ['sslmode=require&sslrootcert=system', /needs sslmode=verify-full/],
      ['sslmode=prefer&sslnegotiation=direct', /sslnegotiation=direct/],
      ['sslrootcert=/none', /sslrootcert, a file that cannot be read/],
      ['gssencmode=require', /gssencmode/],
      ['client_encoding=LATIN1', /client_encoding/],
      ['target_session_attrs=read-only', /target_session_attrs/],
      ['connect_timeout=soon', /connect_timeout, which must be a whole number/],
      ['options=-F', /options/],
      ['port=70000', /port that is not a number/],
      ['host=a,b&port=1,2,3', /number of hosts/],
      ['user=100%', /hexadecimal/],
    ];
    for (const [query, fault] of cases) {
      const faults = faultsOf(`postgresql://u:s3cret@localhost/db?${query}`);
      assert.equal(faults.length, 1, `${query}: ${faults.join()}`);
      assert.match(faults[0] ?? '', fault);
      assert.match(faults[0] ?? '', /^ {2}DATABASE_URL has /);
    }
    for (const url of ['mysql://u:s3cret@localhost/db', 'localhost', 'postgresql:u:s3cret@localhost']) {
      assert.match(faultsOf(url).join('\n'), /^ {2}DATABASE_URL must be an address such as \S+$/);
    }
    assert.match(faultsOf('postgresql://u:s3/cret@localhost/db').join(), /%2F/);
    assert.deepEqual(faultsOf('postgresql://u@one:1,[::1]:2,three:3/db?target_session_attrs=read-write'), []);
  });

  test('a misspelled database name is reported and not created', async () => {
    const url = `postgresql://postgres@localhost:${postgres.port}/conpanies`;
    assert.match(await complaintAt(url), /^PostgreSQL has no such database: .*conpanies.*Create it/);
    assert.match(await complaintAt(url, { PGSSLMODE: 'disable' }), /^PostgreSQL has no such database/);
    const client = new Client(postgres.url);
    await client.connect();
    const { rows } = await client.query(`select datname from pg_database where datname = 'conpanies'`);
    await client.end();
    assert.deepEqual(rows, []);
  });
});
