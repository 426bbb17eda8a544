import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { allBecomeActive, type Order, order, orderMany } from '../support/companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, addressOf, type Cluster, openCluster, type Program, until } from '../support/processes.ts';

/** A company whose worker lost its connection waits for the lease's end, at most 15 s. */
const recovery = 20_000;

describe('a PostgreSQL that hangs up and goes away', { skip: serversMissing }, () => {
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

  const hangUp = async (): Promise<void> => {
    await cluster.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
  };

  const someAreMade = (orders: readonly Order[]): Promise<void> =>
    until('some are made', async () => {
      const ids = orders.map(({ id }) => id);
      const rows = await cluster.query(`select from company where id = any ($1) and status = 'ACTIVE'`, ids);
      return rows.length > 0;
    });

  const answers = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${api.port}/readyz`)).ok;

  const faults: [name: string, strike: () => Promise<void>][] = [
    ['hang-up', hangUp],
    ['restart', () => cluster.postgres.restart()],
  ];
  for (const [name, strike] of faults) {
    test(`everything continues after a ${name} while companies are created, provisioned and watched`, async (t) => {
      const before = await orderMany(6, `${name}-before`, api);
      await someAreMade(before);
      await strike();
      const struckAt = performance.now();
      await until('the API answers again', answers, 5_000);
      t.diagnostic(`the API was ready ${Math.round(performance.now() - struckAt)} ms later`);
      const afterwards = await orderMany(4, `${name}-after`, api);
      t.diagnostic(`10 companies ${await allBecomeActive(cluster, [...before, ...afterwards], recovery)} ms later`);
    });
  }

  test('more lost connections than a pool has leave none of them hanging', async (t) => {
    const orders = await orderMany(2, 'often', api);
    await allBecomeActive(cluster, orders, recovery);
    for (let times = 1; times <= 25; times += 1) {
      // Under load, so that statements are struck too.
      const load = Promise.allSettled(Array.from({ length: 12 }, answers));
      await hangUp();
      await load;
    }
    await until('the API answers again', answers, 5_000);
    const afterwards = await orderMany(6, 'after-often', api);
    t.diagnostic(`6 companies ${await allBecomeActive(cluster, afterwards, recovery)} ms later`);
  });

  test('no process died and every company has one mail', async () => {
    for (const program of [api, ...workers]) assert.ok(program.isRunning, program.complaints);
    const mails = await cluster.query<{ company_id: string }>('select company_id from outbox_mail');
    const companies = await cluster.query('select from company');
    assert.equal(mails.length, companies.length);
    const recipients = cluster.mailbox.mails.map(({ to }) => to.join());
    assert.deepEqual(recipients, [...new Set(recipients)]);
  });

  test('a mail accepted during a PostgreSQL outage is recorded as sent afterwards', async (t) => {
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    let accepted = 0;
    const smtp = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      closeTimeout: 100,
      onData(stream, { envelope }, done) {
        const received = once(stream.resume(), 'end');
        // Another test's customer may be written to once more; only this one's mail counts.
        if (envelope.rcptTo[0]?.address !== addressOf('mailed-in-the-dark'))
          return void received.then(() => done(), done);
        accepted += 1;
        received.then(() => cluster.postgres.stop()).then(() => done(), done);
      },
    });
    const listening = smtp.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    t.after(() => new Promise<void>((resolve) => smtp.close(resolve)));
    const { port } = listening.address() as AddressInfo;
    const worker = cluster.startWorker({ SMTP_URL: `smtp://127.0.0.1:${port}` });

    const { id } = await order('mailed-in-the-dark', api);
    await worker.line((line) => line.msg === 'mail accepted' && line['companyId'] === id, 'that the mail was accepted');
    await cluster.postgres.restart();
    const sql = `select from outbox_mail where company_id = $1 and state = 'SENT'`;
    await until('it is known as sent', async () => (await cluster.query(sql, id)).length === 1, 10_000);
    assert.equal(accepted, 1);
  });
});
