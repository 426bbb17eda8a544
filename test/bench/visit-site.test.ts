import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, describe, type TestContext, test } from 'node:test';
import { SiteHostError, type SitePlan } from '../../src/provisioning/site-host.ts';
import { visitSite } from '../../src/site-hosts/bench/visit-site.ts';
import { openPrivateAuthority, opensslMissing } from '../support/private-authority.ts';
import { acme, ever, failureOf, makeUpTo, stepOf } from '../support/site-plan.ts';
import { noStandIn, openStandInBench } from './stand-in-bench.ts';

const plan = { siteName: 'acme.localhost', adminEmail: 'jane@acme.example', adminPassword: 'secret' } as SitePlan;

async function serve(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  // Cast: a server that listens on a TCP port has an AddressInfo.
  return (server.address() as AddressInfo).port;
}

async function visit(url: string): Promise<SiteHostError> {
  const error = await visitSite(url, plan, AbortSignal.timeout(10_000)).then(
    () => assert.fail('It was visited.'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof SiteHostError, String(error));
  return error;
}

describe('a visit to a site through a bench’s web server', () => {
  const answers: [status: number, headers: Record<string, string>, isTransient: boolean, detail: RegExp][] = [
    [503, {}, true, /^ping answers 503$/],
    [502, {}, true, /502/],
    [504, {}, true, /504/],
    [429, { 'retry-after': '7' }, true, /429/],
    [408, {}, true, /408/],
    [425, {}, true, /425/],
    [500, { 'retry-after': '7' }, true, /500/],
    [500, {}, false, /500/],
    [501, {}, false, /501/],
    [401, {}, false, /401/],
    [403, {}, false, /403/],
    [404, {}, false, /404/],
    [
      301,
      { location: 'https://sites.example/x?y' },
      false,
      /^ping answers 301, to https:\/\/sites\.example; BENCH_WEB_URL/,
    ],
  ];
  for (const [status, headers, isTransient, detail] of answers) {
    const given = Object.keys(headers).join();
    test(`a web server that answers ${status}${given && ` with ${given}`} is a ${isTransient ? 'transient' : 'permanent'} failure`, async (t) => {
      const answer: RequestListener = (_request, response) => response.writeHead(status, headers).end();
      const error = await visit(`http://127.0.0.1:${await serve(t, createServer(answer))}`);
      assert.equal(error.transient, isTransient);
      assert.equal(error.reason, isTransient ? 'HOST_UNAVAILABLE' : 'VERIFICATION_FAILED');
      assert.match(error.detail ?? '', detail);
      assert.equal(error.retryAfter, 'retry-after' in headers ? 7_000 : undefined);
    });
  }

  test('an unreachable web server is a transient failure with the cause of each address', async () => {
    const error = await visit('http://localhost:1');
    assert.equal(error.transient, true);
    assert.match(error.detail ?? '', /ECONNREFUSED/);
  });
});

describe('a visit over TLS', { skip: opensslMissing }, () => {
  const authority = opensslMissing ? undefined : openPrivateAuthority();
  after(() => authority?.close());
  const secure = (t: TestContext, name: string): Promise<number> =>
    serve(
      t,
      createTlsServer(authority?.certify(name) ?? {}, (_request, response) => response.end()),
    );

  test('a web server with an untrusted certificate is a permanent failure that names the fault', async (t) => {
    const error = await visit(`https://localhost:${await secure(t, 'localhost')}`);
    assert.deepEqual([error.transient, error.reason], [false, 'HOST_UNAVAILABLE']);
    assert.match(error.detail ?? '', /^UNABLE_TO_VERIFY_LEAF_SIGNATURE.*BENCH_WEB_URL/);
  });

  test('a web server that does not speak TLS is a permanent failure', async (t) => {
    const port = await serve(
      t,
      createServer((_request, response) => response.end()),
    );
    const error = await visit(`https://localhost:${port}`);
    assert.equal(error.transient, false);
    assert.match(error.detail ?? '', /SSL|EPROTO/);
  });

  test('TLS verifies the web server’s name and not the site’s', async (t) => {
    const asked: unknown[] = [];
    const server = createTlsServer(
      {
        ...authority?.certify('localhost'),
        SNICallback(name, done) {
          asked.push(name);
          done(null);
        },
      },
      (_request, response) => response.end(),
    );
    await visit(`https://localhost:${await serve(t, server)}`);
    assert.deepEqual(asked, ['localhost']);
  });
});

describe('a site whose server fails at the log-in', { skip: noStandIn, timeout: 30_000 }, () => {
  test('it is verified when the server recovers', async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'verify');
    await bench.turn({ 'log-in': 'fails-once' });
    await stepOf(bench.host, acme, 'verify').run({ signal: ever, progress() {} });
  });

  test('it is not as it should be when the server keeps failing', async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'verify');
    await bench.turn({ 'log-in': 'fails' });
    const failure = await failureOf(stepOf(bench.host, acme, 'verify').run({ signal: ever, progress() {} }));
    assert.deepEqual(
      [failure.reason, failure.transient, failure.detail],
      ['VERIFICATION_FAILED', false, 'log-in answers 500'],
    );
  });

  test('the step waits for the database when that is why', async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'verify');
    await bench.turn({ 'log-in': 'database-down' });
    const step = stepOf(bench.host, acme, 'verify');
    const failure = await failureOf(step.run({ signal: ever, progress() {} }));
    assert.deepEqual(
      [failure.reason, failure.transient, failure.message],
      ['HOST_UNAVAILABLE', true, 'The database server does not answer.'],
    );
    await step.run({ signal: ever, progress() {} });
  });
});
