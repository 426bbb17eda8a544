import assert from 'node:assert/strict';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { allBecomeActive, assertOneMailEach, order, orderMany } from '../support/companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, type Program } from '../support/processes.ts';
import { readCompany } from '../support/test-service.ts';

describe('two APIs and two workers on one PostgreSQL and one Redis', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let one: ApiProgram;
  let two: ApiProgram;
  let workers: Program[];

  before(async () => {
    cluster = await openCluster();
    // All at once on an empty database, which one of them migrates.
    workers = [cluster.startWorker(), cluster.startWorker()];
    [one, two] = await Promise.all([cluster.startApi(), cluster.startApi()]);
  });
  after(() => cluster?.close());

  test('a company created at one API is watched at the other', async () => {
    const acme = await order('acme', one, two);
    await allBecomeActive(cluster, [acme], 5_000);
  });

  test('a worker’s site is served by any API under its host name', async () => {
    const login = (pwd: string) => postAs('acme.localhost', two.port, { usr: 'admin@acme.example', pwd });
    assert.deepEqual(await login('correct horse battery'), { status: 200, message: 'Logged In' });
    assert.equal((await login('wrong horse battery')).status, 401);
  });

  test('twenty concurrent companies are shared between workers, each with its id, gap-free events and one mail', async (t) => {
    const orders = await orderMany(20, 'many', one, two);
    const milliseconds = await allBecomeActive(cluster, orders, 20_000);
    t.diagnostic(`20 companies in ${milliseconds} ms`);
    assert.equal(new Set(orders.map(({ id }) => id)).size, 20);
    for (const worker of workers) {
      assert.ok(
        worker.log.some(({ msg }) => msg === 'company is active'),
        'this worker did nothing',
      );
    }
    const operator = await two.clientOf('olga', 'operator');
    for (const { id } of orders) assert.equal((await readCompany(operator, id)).siteStatus, 'ACTIVE');
  });

  test('no customer got two mails and no password is left', async () => {
    await assertOneMailEach(cluster);
    assert.deepEqual(await cluster.query('select id from company where sealed_password is not null'), []);
  });
});

/** `fetch` sets the Host header itself; a browser that resolves *.localhost to this machine sends it like this. */
async function postAs(
  host: string,
  port: number,
  body: object,
): Promise<{ status: number | undefined; message: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<import('node:http').IncomingMessage>();
  const headers = { host: `${host}:${port}`, 'content-type': 'application/json' };
  request({ host: '127.0.0.1', port, path: '/api/method/login', method: 'POST', headers }, resolve)
    .once('error', reject)
    .end(JSON.stringify(body));
  const response = await promise;
  const { message } = (await json(response)) as { message: unknown };
  return { status: response.statusCode, message };
}
