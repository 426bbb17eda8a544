import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { allBecomeActive, assertOneMailEach, order, orderMany } from '../support/companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, type Program, until, within } from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

/** What a fault of Redis may cost at most, in milliseconds: less than the 30 s after which a stream reads on without word. */
const recovery = 15_000;

describe('a Redis that forgets, hangs up and goes away', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let api: ApiProgram;
  let workers: Program[];

  before(async () => {
    cluster = await openCluster();
    workers = [cluster.startWorker(), cluster.startWorker()];
    api = await cluster.startApi();
    await allBecomeActive(cluster, await orderMany(6, 'warm-up', api), 20_000);
  });
  after(() => cluster?.close());

  const command =
    (...words: [string, ...string[]]) =>
    async (): Promise<void> => {
      const connection = new Redis(cluster.redis.url, { retryStrategy: () => null });
      await connection.call(...words).finally(() => connection.disconnect());
    };

  /** Again and again until nothing is left to do, so that the last word on some company gets lost. */
  const killPubSubs = async (): Promise<void> => {
    const kill = command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const underWay = `select from company where status in ('QUEUED', 'PROVISIONING')`;
    await until('all are made', async () => kill().then(async () => (await cluster.query(underWay)).length === 0));
  };

  const dropLists = `for _, list in ipairs(redis.call('keys', 'bq:*:waiting')) do redis.call('del', list) end`;
  const faults: [name: string, strike: () => Promise<void>][] = [
    ['FLUSHALL', command('FLUSHALL')],
    ['SCRIPT FLUSH', command('SCRIPT', 'FLUSH')],
    ['the eviction of its lists', command('EVAL', dropLists, '0')],
    ['CLIENT KILL TYPE normal', command('CLIENT', 'KILL', 'TYPE', 'normal')],
    ['CLIENT KILL TYPE pubsub', killPubSubs],
    ['a restart without data', () => cluster.redis.restart()],
  ];
  for (const [name, strike] of faults) {
    test(`${name} while companies are created, provisioned and watched costs at most seconds`, async (t) => {
      const customers = name.replaceAll(/\W/g, '-').toLowerCase();
      const before = await orderMany(8, `${customers}-before`, api);
      const states = () => statuses(before.map(({ id }) => id));
      await until('some are made', async () => (await states()).includes('ACTIVE'));
      assert.ok((await states()).includes('QUEUED'), 'it strikes too late');
      await strike();
      const afterwards = await orderMany(4, `${customers}-after`, api);
      t.diagnostic(`12 companies ${await allBecomeActive(cluster, [...before, ...afterwards], recovery)} ms later`);
      // Rung for at once again, instead of found a while later.
      await until('the bells ring again', async () => (await takenAfter(api)) < 500);
    });
  }

  async function statuses(ids: readonly string[]): Promise<string[]> {
    const rows = await cluster.query<{ status: string }>('select status from company where id = any ($1)', ids);
    return rows.map(({ status }) => status);
  }

  /** How long a new company waits for a worker, in milliseconds. */
  let probes = 0;
  async function takenAfter(at: ApiProgram): Promise<number> {
    probes += 1;
    const probe = await order(`probe-${probes}`, at);
    await allBecomeActive(cluster, [probe], recovery);
    const sql =
      'select extract(epoch from provisioning_started_at - queued_at) * 1000 as waited from company where id = $1';
    const [row] = await cluster.query<{ waited: string }>(sql, probe.id);
    return Number(row?.waited);
  }

  test('companies are created and provisioned while Redis is down, and enqueued once it is back', async (t) => {
    await cluster.redis.stop();
    const customer = await api.clientOf('without-redis', 'customer');
    const company = await within(2_000, 'the answer', createCompany(customer, requestFor('without-redis.localhost')));
    assert.equal(company.status, 'QUEUED');
    const ready = await fetch(`http://127.0.0.1:${api.port}/readyz`);
    assert.equal(ready.status, 503);
    assert.partialDeepStrictEqual(await ready.json(), { postgresql: 'ok', redis: 'unavailable' });

    const watched = order('while-redis-is-down', api);
    const orders = [await within(2_000, 'the answer', watched)];
    await until('the first one is made', async () => (await statuses([company.id]))[0] === 'ACTIVE');
    await cluster.redis.restart();
    t.diagnostic(`made ${await allBecomeActive(cluster, orders, recovery)} ms after it was back`);
    await until('it is ready again', async () => (await fetch(`http://127.0.0.1:${api.port}/readyz`)).ok);
  });

  test('no customer got two mails and no process died', async () => {
    await assertOneMailEach(cluster);
    for (const program of [api, ...workers]) assert.ok(program.isRunning, program.complaints);
  });
});
