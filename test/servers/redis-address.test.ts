import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { createServer as createSecureServer, type Server as SecureServer, type TlsOptions } from 'node:tls';
import { pino } from 'pino';
import { openJobQueues } from '../../jobs/job-queues.ts';
import { ServerUrlError } from '../../src/common/server-url.ts';
import { openCompanyChannel } from '../../src/live/company-channel.ts';
import { openLiveness } from '../../src/observability/liveness.ts';
import { openMetrics } from '../../src/observability/metrics.ts';
import { openRedisServer } from '../../src/redis/redis-server.ts';
import { readRedisUrl } from '../../src/redis/redis-settings.ts';
import { RedisUnavailable } from '../../src/redis/redis-unavailable.ts';
import { watchRedis } from '../../src/redis/watch-redis.ts';
import { type Certified, openPrivateAuthority, opensslMissing } from '../support/private-authority.ts';
import { freePort, type PrivateServer, serversMissing, startRedis } from '../support/private-servers.ts';

/** Uses the Redis at this address as the service does; resolves to `ok` or to the code of its trouble. */
async function tryOut(t: TestContext, address: string): Promise<string> {
  await using open = new AsyncDisposableStack();
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
  const server = openRedisServer(readRedisUrl(address), 'test', log);
  const channel = openCompanyChannel(server, log);
  open.defer(() => channel.close());
  const queues = openJobQueues(server, openMetrics(), log);
  open.defer(() => queues.close());
  const watch = watchRedis(server, {
    probe: () => Promise.all([channel.probe(), queues.probe()]),
    whileUnsure: () => {},
    liveness: openLiveness(),
    log,
  });
  open.defer(async () => watch.close());
  const check = (): Promise<string> =>
    watch.check().then(
      () => 'ok',
      (trouble: RedisUnavailable) => trouble.code,
    );
  let outcome = await check();
  // Some connections are there already and others are not yet.
  while (outcome === 'ENOTCONN') outcome = await check();
  t.diagnostic(lines.map((line) => JSON.parse(line).err).join('\n'));
  assert.doesNotMatch(lines.join(), /secret|mistaken/, 'no password is logged');
  return outcome;
}

/** A TLS server behind a relay, which decides what of it arrives at a client. */
async function startRelayed(
  options: TlsOptions,
  relay: (secure: SecureServer, upstream: Socket, client: Socket) => void,
): Promise<{ port: number; close(): void }> {
  const secure = createSecureServer(options).listen(0, '127.0.0.1');
  secure.on('secureConnection', (socket) => socket.on('error', () => {}));
  await once(secure, 'listening');
  const front = createServer((client) => {
    const upstream = connect(portOf(secure)).on('error', () => {});
    client.on('error', () => {}).once('close', () => upstream.destroy());
    client.pipe(upstream);
    relay(secure, upstream, client);
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    port: portOf(front),
    close() {
      front.close();
      secure.close();
    },
  };
}

/** Answers TLS's handshake, then sends what is no TLS, then resets the connection: one socket with two errors. */
const startBreakingServer = (certified: Certified) =>
  startRelayed(certified, (secure, upstream, client) => {
    upstream.pipe(client);
    secure.once('secureConnection', () => {
      upstream.unpipe(client);
      client.write('no record of TLS', () => client.once('data', () => client.resetAndDestroy()));
    });
  });

/** Sends what is no TLS along with the end of TLS's handshake: to whoever does not trust the certificate, a second error. */
const startUntrustedServer = (certified: Certified) =>
  // Of TLS 1.2, the server's part of the handshake comes last.
  startRelayed({ ...certified, maxVersion: 'TLSv1.2' }, (secure, upstream, client) => {
    let more = '';
    secure.once('secureConnection', () => {
      more = 'no record of TLS';
    });
    upstream.on('data', (chunk: Buffer) => client.write(Buffer.concat([chunk, Buffer.from(more)])));
  });

// Cast: a server that listens on a TCP port has an AddressInfo.
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('REDIS_URL', { skip: serversMissing }, () => {
  let locked: PrivateServer;
  before(async () => {
    locked = await startRedis(['--requirepass', 'secret/%:@']);
  });
  after(() => locked?.close());
  const host = (): string => new URL(locked.url).host;
  const password = encodeURIComponent('secret/%:@');

  const addresses: [what: string, address: () => string, outcome: string][] = [
    ['a password with every sign of a URL', () => `redis://:${password}@${host()}`, 'ok'],
    ['a user and a database', () => `redis://default:${password}@${host()}/3`, 'ok'],
    ['a wrong password', () => `redis://:mistaken@${host()}`, 'WRONGPASS'],
    ['no password', () => `redis://${host()}`, 'NOAUTH'],
    ['a user who is not there', () => `redis://nobody:${password}@${host()}`, 'WRONGPASS'],
    ['a database that is not there', () => `redis://:${password}@${host()}/99`, 'ERR'],
    ['a name that is not there', () => 'redis://nowhere.invalid', 'ENOTFOUND'],
  ];
  for (const [what, address, outcome] of addresses) {
    test(`REDIS_URL with ${what} is reported as ${outcome}`, async (t) => {
      assert.equal(await tryOut(t, address()), outcome);
    });
  }

  const others: [what: string, greet: (socket: Socket) => void, outcome: string][] = [
    ['that speaks SMTP', (socket) => socket.write('220 mail.example ESMTP\r\n'), 'ENOTREDIS'],
    [
      'that speaks HTTP',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      'ENOTREDIS',
    ],
    ['that says nothing', () => {}, 'ETIMEDOUT'],
  ];
  for (const [what, greet, outcome] of others) {
    test(`a server ${what} is reported as ${outcome}`, async (t) => {
      const server = createServer((socket) => greet(socket.on('error', () => {}))).listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      assert.equal(await tryOut(t, `redis://:secret@127.0.0.1:${portOf(server)}`), outcome);
    });
  }

  test('a server that shut down in order is unavailable, not refusing', async (t) => {
    const ending = await startRedis();
    t.after(() => ending.close());
    const server = openRedisServer(readRedisUrl(ending.url), 'test', pino({ level: 'silent' }));
    const connection = server.connect({ waits: false });
    t.after(() => connection.disconnect());
    await once(connection, 'ready');
    // Not by `once` of node:events, which rejects at the error that a socket may meet before it is closed.
    const closed = Promise.withResolvers<void>();
    connection.once('close', closed.resolve);
    await ending.close();
    await closed.promise;
    const trouble = await connection.ping().then(assert.fail, (error: unknown) => new RedisUnavailable(error));
    assert.deepEqual([trouble.code, trouble.refusal], ['ENOTCONN', undefined]);
  });

  test('a private authority is trusted over TLS only when it is named', {
    skip: opensslMissing,
  }, async (t) => {
    const authority = openPrivateAuthority();
    const other = openPrivateAuthority();
    const certified = authority.certify('localhost');
    const tlsPort = await freePort();
    const files = ['--tls-cert-file', certified.certFile, '--tls-key-file', certified.keyFile];
    const secured = await startRedis(['--tls-port', `${tlsPort}`, ...files, '--tls-ca-cert-file', authority.caFile]);
    t.after(async () => {
      await secured.close();
      authority.close();
      other.close();
    });
    const client = authority.certify('companies');
    const asClient = `tls_cert_file=${client.certFile}&tls_key_file=${client.keyFile}`;
    const named = (ca: string, host = 'localhost'): string =>
      `rediss://${host}:${tlsPort}?tls_ca_file=${ca}&${asClient}`;
    assert.equal(await tryOut(t, named(authority.caFile)), 'ok');
    assert.equal(await tryOut(t, named(other.caFile)), 'SELF_SIGNED_CERT_IN_CHAIN');
    assert.equal(await tryOut(t, `rediss://localhost:${tlsPort}?${asClient}`), 'SELF_SIGNED_CERT_IN_CHAIN');
    assert.equal(await tryOut(t, named(authority.caFile, '127.0.0.1')), 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.equal(await tryOut(t, `${named(authority.caFile, '127.0.0.1')}&tls_server_name=localhost`), 'ok');
    assert.notEqual(
      await tryOut(t, `rediss://localhost:${tlsPort}?tls_ca_file=${authority.caFile}`),
      'ok',
      'no client certificate',
    );
    assert.equal(await tryOut(t, `redis://localhost:${tlsPort}`), 'ECONNRESET');
  });

  test('a TLS connection that fails twice does not end the process', {
    skip: opensslMissing,
  }, async (t) => {
    const authority = openPrivateAuthority();
    const broken = await startBreakingServer(authority.certify('localhost'));
    t.after(() => {
      broken.close();
      authority.close();
    });
    const outcome = await tryOut(t, `rediss://localhost:${broken.port}?tls_ca_file=${authority.caFile}`);
    assert.notEqual(outcome, 'ok');
  });

  test('a certificate that is not trusted, followed by what is no TLS, does not end the process', {
    skip: opensslMissing,
  }, async (t) => {
    const authority = openPrivateAuthority();
    const untrusted = await startUntrustedServer(authority.certify('localhost'));
    t.after(() => {
      untrusted.close();
      authority.close();
    });
    assert.notEqual(await tryOut(t, `rediss://localhost:${untrusted.port}`), 'ok');
  });

  const refused: [what: string, url: string][] = [
    ['an unknown parameter', 'rediss://localhost?tls.rejectUnauthorized=false'],
    ['TLS parameters without TLS', 'redis://localhost?tls_ca_file=/ca.pem'],
    ['a file that is not there', 'rediss://localhost?tls_ca_file=/nowhere/ca.pem'],
    ['a file of something else', `rediss://localhost?tls_ca_file=${import.meta.filename}`],
    ['half a client certificate', 'rediss://localhost?tls_cert_file=/nowhere/c.pem'],
    ['a database by name', 'redis://localhost/companies'],
    ['a user without a password', 'redis://companies@localhost'],
  ];
  for (const [what, url] of refused) {
    test(`${what} is refused`, () => {
      assert.throws(() => readRedisUrl(url), ServerUrlError);
    });
  }
});
