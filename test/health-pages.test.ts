import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { openHealth } from '../src/http/health.ts';
import { serveHealth } from '../src/http/health-server.ts';
import { openHttpServer } from '../src/http/http-server.ts';
import { openLiveness } from '../src/observability/liveness.ts';
import { openLog } from '../src/observability/log.ts';
import { type Backlog, openMetrics } from '../src/observability/metrics.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { ask } from './support/ask.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { loopsOf, scrape } from './support/metrics-page.ts';
import { until } from './support/processes.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-health-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const { url } = await openTestService({ after }, { parts: { api: true, worker: false } });

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
    assert.deepEqual(await loopsOf(address), ['heartbeat', 'reconciler', 'redis watch', 'rescuer', 'webhooks']);
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
  const slowHost = faultyHost(openSandboxHost({ directory: join(folder, 'sites') }), slow);
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
