import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { allBecomeActive, order } from '../support/companies.ts';
import { openCuttingProxy } from '../support/cutting-proxy.ts';
import { freePort, serversMissing } from '../support/private-servers.ts';
import { type Cluster, type Env, openCluster, startProgram, tokenOf, until, within } from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

describe('a start without what is needed', () => {
  const nothing: Env = {};
  const everything = [
    'DATABASE_URL',
    'REDIS_URL',
    'SMTP_URL',
    'MAIL_FROM',
    'SUPPORT_EMAIL',
    'PUBLIC_URL',
    'SITE_DOMAINS',
    'SITE_URL_TEMPLATE',
    'BENCH_PATH',
    'SECRET_KEYS',
    'AUTH_JWT_SECRET',
  ];
  const cases: [script: string, env: Env, missing: readonly string[]][] = [
    ['src/worker.ts', nothing, ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'SITE_URL_TEMPLATE', 'SECRET_KEYS']],
    ['src/api.ts', nothing, ['DATABASE_URL', 'REDIS_URL', 'SECRET_KEYS', 'AUTH_JWT_SECRET']],
    ['src/main.ts', { NODE_ENV: 'production' }, everything],
    ['src/worker.ts', { NODE_ENV: 'production' }, everything],
    ['src/api.ts', { NODE_ENV: 'production' }, everything],
  ];
  for (const [script, env, missing] of cases) {
    test(`${script} with ${JSON.stringify(env)} names each missing variable with an example, and exits with 1`, async () => {
      const program = startProgram(script, env);
      assert.equal((await program.end()).code, 1);
      const named = [...program.complaints.matchAll(/^ {2}(\w+) is missing\. For example: (\w+)=\S+/gm)];
      assert.deepEqual(named.map(([, name]) => name).sort(), [...missing].sort(), program.complaints);
      assert.ok(named.every(([, name, example]) => name === example));
      assert.doesNotMatch(program.complaints, /\n\s+at /, 'a trace helps nobody here');
      assert.deepEqual(program.log, []);
    });
  }
});

describe('starts and ends', { skip: serversMissing }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await openCluster();
  });
  after(() => cluster?.close());

  test('an API that shuts down closes its live streams and exits with 0 within 10 s', async (t) => {
    const api = await cluster.startApi();
    const client = await api.clientOf('jane', 'customer');
    const { id } = await createCompany(client, requestFor('streamed.localhost'));

    const overSse = client.watch(id);
    assert.equal((await overSse.next()).value?.status, 'QUEUED');
    const sockets = createClient({
      url: `ws://127.0.0.1:${api.port}/graphql`,
      connectionParams: { authorization: `Bearer ${await tokenOf('jane', 'customer')}` },
      retryAttempts: 0,
    });
    t.after(() => sockets.dispose());
    const query = `subscription { companyStatusChanged(companyId: "${id}") { status } }`;
    const overSocket = sockets.iterate<{ companyStatusChanged: { status: string } }>({ query });
    assert.equal((await overSocket.next()).value?.data?.companyStatusChanged.status, 'QUEUED');

    const ends = Promise.allSettled([overSse.next(), overSocket.next()]);
    const { code, milliseconds } = await api.end('SIGTERM');
    t.diagnostic(`ended after ${milliseconds} ms`);
    assert.equal(code, 0, api.complaints);
    assert.ok(milliseconds < 10_000, `${milliseconds} ms`);
    for (const end of await within(1_000, 'both streams end', ends)) {
      // Whether it was completed or cut off: no event was invented.
      if (end.status === 'fulfilled') assert.equal(end.value.done, true);
    }
  });

  test('a company watched during a shutdown is provisioned by a worker that starts later', async () => {
    const worker = cluster.startWorker();
    const api = await cluster.startApi();
    await allBecomeActive(cluster, [await order('later', api)], 15_000);
    const companies = await cluster.query<{ status: string }>('select distinct status from company');
    assert.deepEqual(companies, [{ status: 'ACTIVE' }]);
    assert.equal((await worker.end('SIGTERM')).code, 0);
    assert.equal((await api.end('SIGTERM')).code, 0);
  });

  for (const script of ['src/api.ts', 'src/worker.ts']) {
    test(`${script} without PostgreSQL says so in a line and exits with 1`, async () => {
      const port = await freePort();
      const program = cluster.start(script, {
        PORT: '0',
        DATABASE_URL: `postgresql://postgres@127.0.0.1:${port}/postgres`,
      });
      assert.equal((await program.end()).code, 1);
      assert.match(program.complaints, new RegExp(`ECONNREFUSED 127\\.0\\.0\\.1:${port}`));
      assert.doesNotMatch(program.complaints, /\n\s+at /, 'a trace helps nobody here');
    });
  }

  test('a PostgreSQL that hangs up during a start is reported in one line', async (t) => {
    const proxy = await openCuttingProxy(Number(new URL(cluster.postgres.url).port));
    t.after(() => proxy.close());
    proxy.cutAnswers();
    const program = cluster.start('src/worker.ts', {
      DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/postgres`,
    });
    assert.equal((await program.end()).code, 1);
    assert.match(program.complaints, /^Cannot reach PostgreSQL: Connection terminated/);
    assert.doesNotMatch(program.complaints, /\n\s+at /);
  });

  for (const [script, statement] of [
    ['src/worker.ts', 'split_part(sealed_password'],
    ['src/api.ts', 'from "revocation"'],
  ] as const) {
    test(`${script} reports a PostgreSQL that hangs up at ${statement} in one line`, async (t) => {
      const proxy = await openCuttingProxy(Number(new URL(cluster.postgres.url).port));
      t.after(() => proxy.close());
      proxy.cutAnswersTo(statement);
      const program = cluster.start(script, {
        DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/postgres`,
      });
      assert.equal((await program.end()).code, 1);
      assert.match(program.complaints, /^Cannot reach PostgreSQL: [^\n]+\n$/);
    });
  }

  test('processes that start without Redis wait for it, and accept companies meanwhile', async (t) => {
    await cluster.redis.stop();
    const worker = cluster.startWorker();
    const api = await cluster.startApi();
    const early = await within(2_000, 'the answer', order('early', api));
    await worker.line(({ level }) => level === 40, 'the warning that Redis is unavailable');
    await cluster.redis.restart();
    t.diagnostic(`made ${await allBecomeActive(cluster, [early], 15_000)} ms after it came`);
    assert.equal((await worker.end('SIGTERM')).code, 0);
    assert.equal((await api.end('SIGTERM')).code, 0);
  });

  test('a worker reports its health at WORKER_PORT, also while PostgreSQL or Redis is unavailable', async () => {
    const worker = cluster.startWorker({ WORKER_PORT: '0' });
    const { port } = await worker.line(({ msg }) => msg === 'listening', 'where it listens');
    const read = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    const waiting = /^provisioning_companies_waiting \d+$/m;
    await until('the worker is ready', isReady);
    assert.match(await read('/metrics'), /^provisioning_database_up 1$/m);
    assert.match(await read('/metrics'), waiting);

    await cluster.postgres.stop();
    await within(
      4_000,
      'the page without PostgreSQL',
      read('/metrics').then((page) => {
        assert.match(page, /^provisioning_database_up 0$/m);
        assert.doesNotMatch(page, waiting);
        assert.match(page, /^process_cpu_seconds_total /m);
      }),
    );
    await cluster.redis.stop();
    await until('the worker sees that Redis is away', async () =>
      (await read('/readyz')).includes('"redis":"unavailable"'),
    );
    const { missing, ...states } = JSON.parse(await read('/readyz'));
    assert.deepEqual(states, { postgresql: 'unavailable', redis: 'unavailable' });
    assert.match(missing.join('\n'), /^postgresql: .* see DATABASE_URL\nredis: .* see REDIS_URL$/);
    assert.doesNotMatch(missing.join(), /127\.0\.0\.1|localhost|postgres@/);

    await Promise.all([cluster.postgres.restart(), cluster.redis.restart()]);
    await until('the worker is ready again', isReady);
    assert.match(await read('/metrics'), waiting);
    assert.equal((await worker.end('SIGTERM')).code, 0);
  });

  test('processes get their Redis although it hangs up during their start', async (t) => {
    // Each process has eight connections; after the first answer is asked for is the moment that bee-queue minds most.
    let hangUps = 12;
    const listener = createServer((near) => {
      if (hangUps > 0) {
        hangUps -= 1;
        near.once('data', () => near.resetAndDestroy()).on('error', () => {});
        return;
      }
      const far = connect(Number(new URL(cluster.redis.url).port), '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const)
        pipeline(from, to, () => {});
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    t.after(() => listener.close());
    // A listener on a port has an address with one.
    const env = { REDIS_URL: `redis://127.0.0.1:${(listener.address() as AddressInfo).port}` };
    const worker = cluster.startWorker(env);
    const api = await cluster.startApi(env);
    const orders = [await order('hung-up-on', api)];
    t.diagnostic(`made after ${await allBecomeActive(cluster, orders, 15_000)} ms`);
    assert.equal((await worker.end('SIGTERM')).code, 0, worker.complaints);
    assert.equal((await api.end('SIGTERM')).code, 0, api.complaints);
  });

  test('processes without Redis still shut down within 10 s', async (t) => {
    const worker = cluster.startWorker();
    const api = await cluster.startApi();
    await allBecomeActive(cluster, [await order('last', api)], 15_000);
    await cluster.redis.stop();
    await worker.line(({ msg }) => msg === 'queue connection error', 'the warning that Redis is unavailable');
    for (const program of [worker, api]) {
      const { code, milliseconds } = await program.end('SIGTERM');
      t.diagnostic(`ended after ${milliseconds} ms`);
      assert.equal(code, 0, program.complaints);
      assert.ok(milliseconds < 10_000, `${milliseconds} ms`);
    }
  });
});
