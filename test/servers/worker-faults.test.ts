import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  allBecomeActive,
  assertOneMailEach,
  assertWithoutGap,
  type Order,
  order,
  orderMany,
} from '../support/companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import {
  type ApiProgram,
  type Cluster,
  type Env,
  type LogLine,
  openCluster,
  type Program,
  until,
  within,
} from '../support/processes.ts';
import { readCompany } from '../support/test-service.ts';

interface CompanyState {
  readonly status: string;
  readonly claims: number;
  readonly fencing_token: number;
  readonly version: number;
}

describe('workers that die, sleep and leave', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let api: ApiProgram;

  before(async () => {
    cluster = await openCluster();
    api = await cluster.startApi();
  });
  after(() => cluster?.close());

  // No worker outlives its test, so that none takes the next one's companies.
  const workers: Program[] = [];
  // They end gently, since a mail may be under way; one that is stopped hears nothing before it goes on.
  afterEach(async () => {
    for (const worker of workers) worker.send('SIGCONT');
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  });
  const startWorker = (script: string, env: Env): Program => {
    const worker = cluster.start(script, env);
    workers.push(worker);
    return worker;
  };
  const startSlowWorker = (env: Env): Program => startWorker('test/servers/slow-worker.ts', env);
  const startNextWorker = (): Program => startWorker('src/worker.ts', {});
  const isHeldUp = ({ msg }: LogLine): boolean => msg === 'held up';
  const started =
    ({ id }: Order) =>
    (line: LogLine) =>
      line.msg === 'provisioning started' && line['companyId'] === id;

  async function stateOf({ id }: Order): Promise<CompanyState> {
    const sql = 'select status, claims, fencing_token, version from company where id = $1';
    const [company] = await cluster.query<CompanyState>(sql, id);
    assert.ok(company);
    return company;
  }

  test('a company whose worker is killed with -9 is taken over within 15 s', async (t) => {
    const slow = startSlowWorker({ FAULT: 'hang:install-app:erpnext' });
    const company = await order('killed', api);
    await slow.line(isHeldUp, 'held up');
    const next = startNextWorker();
    await slow.end('SIGKILL');
    const killedAt = performance.now();
    await within(15_000, 'the take-over', next.line(started(company), 'the take-over'));
    t.diagnostic(`taken up after ${Math.round(performance.now() - killedAt)} ms`);
    await allBecomeActive(cluster, [company], 5_000);
    assert.equal((await stateOf(company)).claims, 2);
  });

  // The one learns it by its heartbeat; the other one's heart beats too late, and its own write is refused.
  for (const [fault, heartbeat] of [
    ['hang', '400'],
    ['pause', '3600000'],
  ] as const) {
    test(`a worker paused beyond its lease changes nothing when it resumes (${fault})`, async () => {
      const slow = startSlowWorker({ FAULT: `${fault}:set-up-company`, LEASE: '2000', HEARTBEAT: heartbeat });
      const company = await order(`asleep-${fault}`, api);
      await slow.line(isHeldUp, 'held up');
      slow.send('SIGSTOP');
      // Another one has it, and works on it still.
      const next = startSlowWorker({ FAULT: 'pause:verify' });
      await next.line(isHeldUp, 'held up');
      const taken = await stateOf(company);
      assert.deepEqual([taken.status, taken.fencing_token], ['PROVISIONING', 2]);

      slow.send('SIGCONT');
      if (fault === 'pause') slow.tell('go on');
      const { reason } = await slow.line(({ msg }) => msg === 'provisioning stopped', 'that it lost its lease');
      assert.equal(reason, 'lease-lost');
      assert.deepEqual(await stateOf(company), taken);
      next.tell('go on');
      await allBecomeActive(cluster, [company], 20_000);
      // The one that slept is well otherwise: it takes the next company, and ends as it is told.
      await next.end('SIGTERM');
      await allBecomeActive(cluster, [await order(`after-${fault}`, api)], 10_000);
      assert.equal((await slow.end('SIGTERM')).code, 0);
    });
  }

  test('a company that lost its worker comes before those queued later', async () => {
    const slow = startSlowWorker({ FAULT: 'hang:create-site', LEASE: '2000' });
    const lost = await order('lost', api);
    await slow.line(isHeldUp, 'held up');
    const later = await orderMany(6, 'later', api);
    await slow.end('SIGKILL');
    const isOver = 'select from company where id = $1 and leased_until < now()';
    await until('its lease is over', async () => (await cluster.query(isOver, lost.id)).length > 0);
    const next = startNextWorker();
    const first = await next.line(({ msg }) => msg === 'provisioning started', 'what it begins with');
    assert.equal(first['companyId'], lost.id);
    await allBecomeActive(cluster, [lost, ...later], 20_000);
  });

  test('a company that killed three workers is FAILED with WORKER_LOST', async (t) => {
    const company = await order('deadly', api);
    const killedAt = performance.now();
    for (const claims of [1, 2, 3]) {
      const slow = startSlowWorker({ FAULT: 'hang:create-site', LEASE: '3000' });
      await slow.line(isHeldUp, `claim ${claims}`);
      assert.equal((await stateOf(company)).claims, claims);
      await slow.end('SIGKILL');
    }
    startNextWorker();
    assertWithoutGap(await within(15_000, 'the end', company.watched), 'FAILED');
    t.diagnostic(`FAILED ${Math.round(performance.now() - killedAt)} ms after it was asked for`);
    const { failure } = await readCompany(await api.clientOf('deadly', 'customer'), company.id);
    assert.equal(failure?.reason, 'WORKER_LOST');
    await until('the mail that tells so', () => cluster.mailsTo('deadly') === 1);
  });

  const reasonOf = async ({ id, customer }: Order): Promise<string | undefined> =>
    (await readCompany(await api.clientOf(customer, 'customer'), id)).failure?.reason;
  const passDeadline = ({ id }: Order) => cluster.query('update company set deadline_at = now() where id = $1', id);

  test('a company whose only worker is paused beyond its deadline is FAILED by the API', async () => {
    const slow = startSlowWorker({ FAULT: 'hang:set-up-company', LEASE: '2000', HEARTBEAT: '400' });
    const company = await order('asleep-late', api);
    await slow.line(isHeldUp, 'held up');
    slow.send('SIGSTOP');
    await passDeadline(company);
    assertWithoutGap(await within(120_000, 'the end', company.watched), 'FAILED');
    assert.equal(await reasonOf(company), 'TIMED_OUT');
    const ended = await stateOf(company);

    slow.send('SIGCONT');
    const { reason } = await slow.line(({ msg }) => msg === 'provisioning stopped', 'that it lost its lease');
    assert.equal(reason, 'lease-lost');
    await until('the mail that tells of it', () => cluster.mailsTo('asleep-late') === 1);
    assert.deepEqual(await stateOf(company), ended);
  });

  test('a company that blocks every worker is FAILED at its deadline and not claimed again', async () => {
    const blocked: Program[] = [];
    const company = await order('poison', api);
    for (const claims of [1, 2]) {
      const slow = startSlowWorker({ FAULT: 'block:create-site', LEASE: '2000' });
      blocked.push(slow);
      await slow.line(isHeldUp, `claim ${claims}`);
      slow.tell('block');
    }
    await passDeadline(company);
    assertWithoutGap(await within(120_000, 'the end', company.watched), 'FAILED');
    assert.deepEqual([await reasonOf(company), (await stateOf(company)).claims], ['TIMED_OUT', 2]);
    startNextWorker();
    await until('the mail that tells of it', () => cluster.mailsTo('poison') === 1);
    await allBecomeActive(cluster, [await order('after-poison', api)], 120_000);
    // They hear no other signal.
    await Promise.all(blocked.map((worker) => worker.end('SIGKILL')));
  });

  test('the API logs a company that waits while no worker lives, and a new worker provisions it', async () => {
    const company = await order('stranded', api);
    await api.line(({ msg }) => msg === 'companies wait and no worker lives; start one', 'that no worker lives');
    const { health } = await readCompany(await api.clientOf('stranded', 'customer'), company.id);
    assert.equal(health?.state, 'STALLED');
    startNextWorker();
    await allBecomeActive(cluster, [company], 120_000);
  });

  test('a worker that shuts down releases its company at once, and the claim does not count', async (t) => {
    const slow = startSlowWorker({ FAULT: 'hang:create-site' });
    const company = await order('handed-over', api);
    await slow.line(isHeldUp, 'held up');
    const { code, milliseconds } = await slow.end('SIGTERM');
    t.diagnostic(`ended after ${milliseconds} ms`);
    assert.equal(code, 0, slow.complaints);
    assert.ok(milliseconds < 10_000, `${milliseconds} ms`);
    const { status, claims } = await stateOf(company);
    assert.deepEqual({ status, claims }, { status: 'PROVISIONING', claims: 0 });

    startNextWorker();
    await allBecomeActive(cluster, [company], 10_000);
    assert.equal((await stateOf(company)).claims, 1);
  });

  test('an idle worker continues a released company within a second', async (t) => {
    const slow = startSlowWorker({ FAULT: 'hang:create-site' });
    const company = await order('passed-on', api);
    await slow.line(isHeldUp, 'held up');
    const next = startNextWorker();
    // A company of its own shows that it is up.
    await allBecomeActive(cluster, [await order('warm-up', api)], 10_000);
    slow.send('SIGTERM');
    const toldAt = performance.now();
    await next.line(started(company), 'the take-over');
    const milliseconds = Math.round(performance.now() - toldAt);
    t.diagnostic(`taken up after ${milliseconds} ms`);
    assert.ok(milliseconds < 1_000, `${milliseconds} ms`);
    await allBecomeActive(cluster, [company], 5_000);
    assert.equal((await slow.end()).code, 0);
  });

  test('no customer got two mails', () => assertOneMailEach(cluster));
});
