import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { signToken } from '../src/access/authenticate.ts';
import { openClient } from '../src/client/client.ts';
import { openHealth } from '../src/http/health.ts';
import { serveHealth } from '../src/http/health-server.ts';
import { openHttpServer } from '../src/http/http-server.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openLog } from '../src/observability/log.ts';
import { type Backlog, openMetrics } from '../src/observability/metrics.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { type Answer, ask } from './support/ask.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { until } from './support/processes.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

/** The value of each series of a page, e.g. `provisioning_jobs_enqueued_total{queue="mail",outcome="enqueued"}`. */
type Samples = ReadonlyMap<string, number>;

/** A page of Prometheus’ text format 0.0.4, whose numbers are Go’s, so that prom-client’s `Nan` is one; fails on whatever is not one, such as a series without its type or one told twice. */
function samplesOf(page: string): Samples {
  const samples = new Map<string, number>();
  let family = '';
  let helped = '';
  const families = new Set<string>();
  assert.ok(page.endsWith('\n'), 'the last line has an end');
  for (const line of page.slice(0, -1).split('\n')) {
    const [, helpOf] = /^# HELP ([a-zA-Z_:][\w:]*) \S.*$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? [];
    const [, series = '', name = '', value] =
      /^(([a-zA-Z_:][\w:]*)(?:\{[a-zA-Z_]\w*="[^"\\\n]*"(?:,[a-zA-Z_]\w*="[^"\\\n]*")*\})?) (\+Inf|-Inf|Nan|[-+]?\d[\d.e+-]*)$/.exec(
        line,
      ) ?? [];
    if (helpOf) helped = helpOf;
    else if (typed) {
      assert.equal(helped, typed);
      assert.ok(!families.has(typed), `${typed} comes twice`);
      family = type === 'histogram' ? `${typed}(_bucket|_sum|_count)` : typed;
      families.add(typed);
    } else if (series) {
      assert.match(name, new RegExp(`^${family}$`), 'it belongs to the type above it');
      assert.ok(!samples.has(series), `${series} comes twice`);
      samples.set(series, Number(value?.replace('Inf', 'Infinity')));
    } else assert.equal(line, '', 'it is not Prometheus text');
  }
  return samples;
}

async function scrape(address: string): Promise<Samples> {
  const { status, type, text } = await ask(new URL('/metrics', address).href, { method: 'GET' });
  assert.equal(status, 200);
  assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
  return samplesOf(text);
}

/** By how much series have risen that begin with `prefix`; those that stand still are left out. Counters never fall. */
function raised(before: Samples, now: Samples, prefix: string): Record<string, number> {
  const differences = [...now]
    .filter(([series]) => series.startsWith(prefix))
    .map(([series, value]) => [series.slice(prefix.length), value - (before.get(series) ?? 0)] as const);
  for (const [series, difference] of differences) assert.ok(difference >= 0, `${prefix}${series} fell`);
  return Object.fromEntries(differences.filter(([, difference]) => difference > 0));
}

/** Waits until exactly this has risen: something is counted when it has ended, which may be after its answer came. */
async function rises(address: string, before: Samples, prefix: string, expected: Record<string, number>) {
  let found: Record<string, number> = {};
  await until(
    `${prefix} rises`,
    async () => {
      found = raised(before, await scrape(address), prefix);
      return Object.entries(expected).every(([series, difference]) => (found[series] ?? 0) >= difference);
    },
    5_000,
  ).catch(() => {
    // The comparison below shows what is missing.
  });
  assert.deepEqual(found, expected);
}

const folder = mkdtempSync(join(tmpdir(), 'test-metrics-'));
const faults = new Faults();
const sandbox = faultyHost(openSandboxHost({ directory: join(folder, 'sites') }), faults);
let appsFail: Error | undefined;
const host = { ...sandbox, offeredApps: () => (appsFail ? Promise.reject(appsFail) : sandbox.offeredApps()) };
const env = { DATA_DIR: folder };
const { service, url, clientOf, tokenOf } = await openTestService({ after }, { host, env });
after(async () => rmSync(folder, { recursive: true, force: true }));
const jane = await clientOf('jane', 'customer');
const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;
const post = (query: string, accept = 'application/json'): Promise<Answer> =>
  ask(url, { headers: { authorization, accept }, body: JSON.stringify({ query }) });

describe('metrics of work', () => {
  test('a company that becomes ACTIVE and one that fails are counted, with their mails', async () => {
    const before = await scrape(url);
    faults.fail('set-up-company', new SiteHostError('SET_UP_FAILED', 'It could not be set up.'));
    const failing = await createCompany(jane, requestFor('failing.localhost'));
    await watchToEnd(jane, failing.id);
    const made = await createCompany(jane, requestFor('made.localhost'));
    await watchToEnd(jane, made.id);

    await rises(url, before, 'provisioning_attempt_duration_seconds_count', {
      '{outcome="SET_UP_FAILED"}': 1,
      '{outcome="ACTIVE"}': 1,
    });
    await rises(url, before, 'provisioning_claim_wait_seconds_count', { '': 2 });
    await rises(url, before, 'provisioning_step_duration_seconds_count', {
      '{step="preflight",outcome="done"}': 2,
      '{step="create-site",outcome="done"}': 2,
      '{step="install-app",outcome="done"}': 2,
      '{step="set-up-company",outcome="failed"}': 1,
      '{step="set-up-company",outcome="done"}': 1,
      '{step="verify",outcome="done"}': 1,
    });
    await rises(url, before, 'provisioning_mail_delivery_attempt_duration_seconds_count', {
      '{kind="SITE_FAILED",outcome="accepted"}': 1,
      '{kind="SITE_READY",outcome="accepted"}': 1,
    });
    const after = await scrape(url);
    const enqueued = raised(before, after, 'provisioning_jobs_enqueued_total');
    for (const queue of ['long', 'mail'])
      assert.ok((enqueued[`{queue="${queue}",outcome="enqueued"}`] ?? 0) >= 2, queue);
  });

  test('a running attempt shows its lease and nothing that waits', async () => {
    const goOn = faults.pause('create-site');
    const entered = faults.count('create-site');
    const { id } = await createCompany(jane, requestFor('held.localhost'));
    await faults.reached('create-site', { nth: entered + 1 });
    const held = await scrape(url);
    goOn();
    await watchToEnd(jane, id);

    assert.equal(held.get('provisioning_attempts_running'), 1);
    assert.ok(Number(held.get('provisioning_lease_oldest_seconds')) < 10);
    assert.ok(Number(held.get('provisioning_lease_left_least_seconds')) > 1);
    assert.equal(held.get('provisioning_companies_waiting'), 0);
    await until('nothing is left to do', async () => {
      const idle = await scrape(url);
      return idle.get('provisioning_attempts_running') === 0 && idle.get('provisioning_mails_waiting') === 0;
    });
    const idle = await scrape(url);
    assert.equal(idle.has('provisioning_lease_left_least_seconds'), false, 'there is no lease');
    assert.equal(idle.get('provisioning_companies_waiting_oldest_seconds'), 0);
    assert.equal(idle.get('provisioning_database_up'), 1);
    assert.ok(Number(idle.get('process_resident_memory_bytes')) > 1e6);
  });
});

describe('metrics of requests', () => {
  const operations = 'provisioning_graphql_operations_total';
  const requests = 'provisioning_http_request_duration_seconds_count';

  for (const [title, asking, expected] of [
    ['a query', () => post('{ __typename }'), { '{type="query",outcome="answered"}': 1 }],
    ['an unknown field', () => post('{ nothing }'), { '{type="unknown",outcome="refused"}': 1 }],
    [
      'the same that cannot be parsed, twice',
      async () => [await post('{'), await post('{')],
      { '{type="unknown",outcome="refused"}': 2 },
    ],
    [
      'an argument that is refused',
      () => post('{ companies(first: -1) { edges { cursor } } }'),
      { '{type="query",outcome="refused"}': 1 },
    ],
    [
      'too much at once',
      () =>
        post(`{ companies(first: 100) { edges { node { history(first: 100) { edges { node { company {
        history(first: 100) { edges { cursor } } } } } } } } } }`),
      { '{type="query",outcome="refused"}': 1 },
    ],
    [
      'what goes wrong on our side',
      async () => {
        appsFail = new Error('The bench is away.');
        await assert.rejects(createCompany(jane, requestFor('never.localhost')));
        appsFail = undefined;
      },
      { '{type="mutation",outcome="failed"}': 1 },
    ],
    [
      'a company that nobody knows is watched',
      () =>
        post('subscription { companyStatusChanged(companyId: "COMP-2020-00001") { version } }', 'text/event-stream'),
      { '{type="subscription",outcome="refused"}': 1 },
    ],
  ] satisfies [string, () => Promise<unknown>, Record<string, number>][]) {
    test(`${title} is counted as an operation`, async () => {
      const before = await scrape(url);
      await asking();
      await rises(url, before, operations, expected);
    });
  }

  test('requests are counted by method, route and status, with sites apart and all else together', async () => {
    const start = await scrape(url);
    const { id } = await createCompany(jane, requestFor('visited.localhost'));
    await watchToEnd(jane, id);
    await rises(url, start, `${requests}{method="POST",route="streams",`, { 'status="200"}': 1 });
    const before = await scrape(url);
    const at = (path: string) => new URL(path, url).href;
    await post('{ __typename }');
    await ask(url, { headers: { authorization }, body: '{"query":' });
    await ask(url, { body: 'a word', headers: { authorization, 'content-type': 'text/plain' } });
    await ask(url, { method: 'PUT', headers: { authorization } });
    await ask(at('/'), { method: 'GET', headers: { host: 'visited.localhost' } });
    await ask(at('/company/COMP-2026-00001'), { method: 'DELETE' });
    await until('all are counted', async () => {
      const found = raised(before, await scrape(url), requests);
      return found['{method="other",route="other",status="404"}'] === 1;
    });
    const { '{method="GET",route="other",status="200"}': scrapes, ...found } = raised(
      before,
      await scrape(url),
      requests,
    );
    assert.ok(Number(scrapes) >= 1, 'a scrape is a request too');
    assert.deepEqual(found, {
      '{method="POST",route="/graphql",status="200"}': 1,
      '{method="POST",route="/graphql",status="400"}': 1,
      '{method="POST",route="/graphql",status="415"}': 1,
      '{method="other",route="/graphql",status="405"}': 1,
      '{method="GET",route="sites",status="200"}': 1,
      '{method="other",route="other",status="404"}': 1,
    });
  });

  test('a client that leaves before its answer is counted as one', async () => {
    const before = await scrape(url);
    const leaving = request(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'content-length': 99 },
    });
    leaving.on('error', () => {
      // It breaks off here.
    });
    leaving.write('{', () => leaving.destroy());
    await rises(url, before, `${requests}{method="POST",`, { 'route="other",status="499"}': 1 });
  });

  test('a stream counts as open until its client leaves, over SSE and WebSocket, or its token expires', async (t) => {
    const streams = async (): Promise<number | undefined> => (await scrape(url)).get('provisioning_streams_open');
    const openAre = (count: number) => until(`${count} streams are open`, async () => (await streams()) === count);
    await openAre(0);
    const before = await scrape(url);
    const { id } = await createCompany(jane, requestFor('draft.localhost', { draft: true }));

    const overSse = jane.watch(id);
    await overSse.next();
    const watchBySocket = (bearer: string) => {
      const client = createClient({
        url: url.replace('http:', 'ws:'),
        webSocketImpl: WebSocket,
        connectionParams: { authorization: bearer },
        retryAttempts: 0,
      });
      t.after(() => client.dispose());
      return client.iterate({ query: `subscription { companyStatusChanged(companyId: "${id}") { version } }` });
    };
    const overSocket = watchBySocket(authorization);
    await overSocket.next();
    await openAre(2);
    await overSse.return?.();
    await openAre(1);
    await overSocket.return?.();
    await openAre(0);

    const token = await signToken(service.jwtSecret, { subject: 'jane', roles: ['operator'] }, '2s');
    const expiringSse = openClient(url, token).watch(id);
    const expiringSocket = watchBySocket(`Bearer ${token}`);
    await Promise.all([expiringSse.next(), expiringSocket.next()]);
    await openAre(2);
    await assert.rejects(expiringSse.next(), /expired/);
    await expiringSocket.next().catch(() => {
      // How it is told is the protocol's; here it counts that it has ended.
    });
    await openAre(0);

    await rises(url, before, `${operations}{type="subscription",`, { 'outcome="answered"}': 4 });
    const ended = raised(before, await scrape(url), `${requests}{method="POST",route="streams",`);
    assert.deepEqual(ended, { 'status="200"}': 2 });
  });
});

test('no label holds an id, a host name, an address or anything that was sent', async () => {
  const labels = [...(await scrape(url)).keys()].flatMap((series) => [...series.matchAll(/="([^"]*)"/g)]);
  const values = new Set(labels.map(([, value = '']) => value));
  for (const value of values) {
    assert.doesNotMatch(value, /COMP-|localhost|127\.0\.0\.1|@|correct horse|erpnext|[0-9a-f]{8}-/i);
    assert.ok(value.length < 40, value);
  }
  assert.ok(values.has('install-app'), 'companies were made before');
});

test('two services in one process count apart, and WORKER_PORT is ignored by one with an API', async (t) => {
  const options = { parts: { api: true, worker: false }, env: { WORKER_PORT: `${service.port}` } };
  const other = await openTestService(t, options);
  const operations = 'provisioning_graphql_operations_total';
  const [mine, before] = [await scrape(url), await scrape(other.url)];
  assert.deepEqual(raised(new Map(), before, operations), {});
  assert.deepEqual(await loopsOf(other.url), ['redis watch', 'rescuer', 'revocations']);
  assert.deepEqual([before.get('provisioning_workers_living'), before.get('provisioning_companies_stalled')], [0, 0]);
  await ask(other.url, { headers: { authorization } });
  await rises(other.url, before, operations, { '{type="query",outcome="answered"}': 1 });
  assert.deepEqual(raised(mine, await scrape(url), operations), {});
});

/** The loops that a process watches over, as its page tells. */
const loopsOf = async (address: string): Promise<(string | undefined)[]> =>
  [...(await scrape(address)).keys()]
    .flatMap((series) => /^provisioning_loop_silence_seconds\{loop="(.+)"\}$/.exec(series)?.slice(1) ?? [])
    .toSorted();

/** The health of a process whose servers are as `answers` says. */
async function openHealthOf(t: TestContext, answers: { ask: () => Promise<void>; backlog: () => Promise<Backlog> }) {
  const [metrics, log] = [openMetrics(), openLog('silent')];
  const checks = {
    postgresql: { ask: answers.ask, refusalOf: () => undefined, variable: 'DATABASE_URL' },
    redis: { ask: async () => {}, refusalOf: () => undefined, variable: 'REDIS_URL' },
  };
  const health = openHealth({ checks, backlog: answers.backlog, liveness: openLiveness(), metrics, log });
  const server = await openHttpServer({ host: '127.0.0.1', port: 0, variable: 'WORKER_PORT', metrics, log });
  serveHealth(server, health);
  t.after(() => server.close());
  return { address: `http://127.0.0.1:${server.port}`, metrics };
}

const backlog: Backlog = {
  companiesWaiting: 3,
  oldestWaitingSeconds: 7,
  companiesStalled: 2,
  workersLiving: 1,
  attemptsRunning: 0,
  oldestLeaseSeconds: undefined,
  leastLeaseSecondsLeft: undefined,
  mailsWaiting: 2,
  mailsRefused: 1,
  oldestUndeliveredSeconds: 9,
};
const ready = (address: string) => ask(`${address}/readyz`, { method: 'GET' });

describe('metrics without a database', () => {
  test('while the database refuses, the page says so and leaves out the database’s part', async (t) => {
    const refused = Object.assign(new Error('connect ECONNREFUSED db.example:5432 as jane'), { code: 'ECONNREFUSED' });
    let away = false;
    const { address, metrics } = await openHealthOf(t, {
      ask: () => (away ? Promise.reject(refused) : Promise.resolve()),
      backlog: () => (away ? Promise.reject(refused) : Promise.resolve(backlog)),
    });
    metrics.jobEnqueued('long', 'enqueued');
    const first = await scrape(address);
    away = true;
    const last = await scrape(address);
    assert.equal(first.get('provisioning_companies_waiting'), 3);
    assert.equal(first.get('provisioning_mails_undelivered_oldest_seconds'), 9);
    assert.equal(first.get('provisioning_database_up'), 1);
    assert.equal(last.get('provisioning_database_up'), 0);
    assert.equal(
      last.get('provisioning_jobs_enqueued_total{queue="long",outcome="enqueued"}'),
      1,
      'counters are still there',
    );
    const told = [...last.keys()].filter((series) => /companies|mails_|attempts_running|lease_/.test(series));
    assert.deepEqual(told, []);

    const answer = await ready(address);
    assert.equal(answer.status, 503);
    assert.deepEqual(JSON.parse(answer.text), {
      postgresql: 'unavailable',
      redis: 'ok',
      missing: ['postgresql: unreachable (ECONNREFUSED); see DATABASE_URL'],
    });
    away = false;
    assert.equal((await scrape(address)).get('provisioning_companies_waiting'), 3);
    assert.equal((await ready(address)).status, 200);
  });

  test('while the database hangs, both pages are answered after 2 s, and concurrent requests share one query', {
    timeout: 6_000,
  }, async (t) => {
    const hang = Promise.withResolvers<never>();
    const asked = { ping: 0, backlog: 0 };
    const { address } = await openHealthOf(t, {
      ask() {
        asked.ping += 1;
        return hang.promise;
      },
      backlog() {
        asked.backlog += 1;
        return hang.promise;
      },
    });
    const startedAt = performance.now();
    const [pages, answers] = await Promise.all([
      Promise.all([scrape(address), scrape(address)]),
      Promise.all([ready(address), ready(address)]),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    assert.ok(seconds > 1.9 && seconds < 4, `${seconds} s`);
    assert.deepEqual(asked, { ping: 1, backlog: 1 });
    for (const page of pages) assert.equal(page.get('provisioning_database_up'), 0);
    for (const { status, text } of answers) {
      assert.equal(status, 503);
      assert.deepEqual(JSON.parse(text).missing, ['postgresql: no answer within 2 s; see DATABASE_URL']);
    }
  });
});

describe('the worker’s server', () => {
  test('a worker serves its health at WORKER_PORT and nothing else', async (t) => {
    const worker = await openTestService(t, { parts: { api: false, worker: true }, env: { WORKER_PORT: '0' } });
    const address = `http://127.0.0.1:${worker.service.port}`;
    assert.equal((await scrape(address)).get('provisioning_database_up'), 1);
    await until('it is ready', async () => (await ready(address)).status === 200);
    assert.deepEqual(JSON.parse((await ready(address)).text), { postgresql: 'ok', redis: 'ok' });
    assert.equal((await ask(`${address}/healthz`, { method: 'GET' })).status, 200);
    assert.deepEqual(await loopsOf(address), ['heartbeat', 'reconciler', 'redis watch', 'rescuer']);
    for (const path of ['/', '/graphql', '/inbox', '/metrics/x']) {
      assert.equal((await ask(`${address}${path}`, { method: 'GET' })).status, 404, path);
    }
  });

  test('a worker without WORKER_PORT has no server', async (t) => {
    const worker = await openTestService(t, { parts: { api: false, worker: true } });
    assert.equal(worker.service.port, undefined);
  });
});

for (const path of ['/healthz', '/readyz', '/metrics']) {
  test(`${path} answers GET and HEAD only`, async () => {
    const at = new URL(path, url).href;
    const [got, head, ...others] = await Promise.all(
      ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'].map((method) => ask(at, { method })),
    );
    assert.ok(got?.text);
    assert.deepEqual([head?.status, head?.type, head?.text], [got.status, got.type, '']);
    for (const { status } of others) assert.equal(status, 405);
  });
}

test('a closing process is not ready while it still answers', async (t) => {
  const slow = new Faults();
  const slowHost = faultyHost(openSandboxHost({ directory: join(folder, 'slow-sites') }), slow);
  const closing = await openTestService(t, { host: slowHost });
  const letGo = slow.pause('create-site', { deaf: true });
  t.after(letGo);
  await createCompany(await closing.clientOf('jane', 'customer'), requestFor('unhurried.localhost'));
  await slow.reached('create-site');
  const address = closing.url.replace('/graphql', '');
  assert.equal((await ready(address)).status, 200);

  const closed = closing.service.close();
  const answer = await ready(address);
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [503, { status: 'closing' }]);
  assert.equal((await ask(`${address}/healthz`, { method: 'GET' })).status, 200);
  letGo();
  await closed;
});
