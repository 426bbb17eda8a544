import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPostgres } from '../../src/database/open-database.ts';
import { allBecomeActive, orderMany } from '../support/companies.ts';
import { ask, connectionsTo, makeReadOnly, promote } from '../support/fail-over.ts';
import { type MovingName, openMovingName } from '../support/moving-name.ts';
import { type PostgresServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import {
  type ApiProgram,
  type Cluster,
  openCluster,
  type Program,
  startProgram,
  until,
  within,
} from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

describe('a PostgreSQL whose name moves to a promoted standby', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let standby: PostgresServer;
  let name: MovingName;
  let api: ApiProgram;
  let worker: Program;
  const readiness = async (): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${api.port}/readyz`);
    return { status: response.status, text: await response.text() };
  };

  before(async () => {
    cluster = await openCluster();
    standby = await startPostgres({ standbyOf: cluster.postgres });
    name = await openMovingName(cluster.postgres.port);
    const env = { DATABASE_URL: `postgresql://postgres@127.0.0.1:${name.port}/postgres` };
    worker = cluster.startWorker(env);
    api = await cluster.startApi(env);
  });
  after(async () => {
    await name?.close();
    await cluster?.close();
    await standby?.close();
  });

  test('a start on a standby is refused in a line that says so', async () => {
    const program = startProgram('src/migrate.ts', { DATABASE_URL: standby.url });
    assert.equal((await program.end()).code, 1);
    assert.match(program.complaints, /^PostgreSQL is read-only: it is a standby[^\n]*primary\.\n$/);
  });

  test('pooled connections to a demoted server are closed and no request fails', async (t) => {
    const before = await orderMany(4, 'before', api);
    await allBecomeActive(cluster, before, 20_000);
    // So that there are several connections.
    const client = await api.clientOf('jane', 'customer');
    const create = (site: string) => createCompany(client, requestFor(`${site}.localhost`));
    await Promise.all(Array.from({ length: 8 }, (_, index) => create(`warm-${index}`)));
    assert.ok((await connectionsTo(cluster.postgres)) > 2);

    await makeReadOnly(cluster.postgres, standby);
    await until('the API is not ready', async () => (await readiness()).status === 503);
    assert.match(
      (await readiness()).text,
      /"postgresql":"unusable".*postgresql: unusable: it takes no writes.*; see DATABASE_URL/,
    );

    const meanwhile = Promise.all(Array.from({ length: 8 }, (_, index) => create(`meanwhile-${index}`)));
    await promote(standby);
    name.moveTo(standby.port);
    const movedAt = performance.now();
    await within(10_000, 'every request that was under way succeeds', meanwhile);
    t.diagnostic(`all were answered ${Math.round(performance.now() - movedAt)} ms after the move`);
    await until('the API is ready', async () => (await readiness()).status === 200);
    await until('no connection is left on the old server', async () => (await connectionsTo(cluster.postgres)) === 0);
    await Promise.all(Array.from({ length: 20 }, (_, index) => create(`after-${index}`)));
    await until(
      'all that was asked for is made',
      async () => {
        const rows = await ask(standby, `select from company where status = 'ACTIVE'`);
        return rows.length === 4 + 8 + 8 + 20;
      },
      240_000,
    );
    for (const program of [api, worker]) {
      await program.line(({ msg }) => msg === 'PostgreSQL takes writes again', 'that it has found the new server');
      const left = program.log.filter(({ msg }) => /takes no writes there any more/.test(msg ?? ''));
      assert.equal(left.length, 1, 'it is told once that the old one was left');
    }
    assert.ok(worker.isRunning && api.isRunning, `${worker.complaints}${api.complaints}`);
  });

  test('the writable one of several hosts is used, wherever it is in the list', async () => {
    const ports = [cluster.postgres.port, standby.port];
    for (const [one, two] of [ports, ports.toReversed()]) {
      const database = openPostgres(`postgresql://postgres@127.0.0.1:${one},127.0.0.1:${two}/postgres`);
      try {
        await database.ping();
        const [found] = await database.em.execute('select inet_server_port() as port');
        assert.deepEqual(found, { port: standby.port });
      } finally {
        await database.close();
      }
    }
    const program = startProgram('src/migrate.ts', {
      DATABASE_URL: `postgresql://postgres@127.0.0.1:1,127.0.0.1:${cluster.postgres.port}/postgres`,
    });
    assert.equal((await program.end()).code, 1);
    assert.match(
      program.complaints,
      /^Cannot reach PostgreSQL: .*127\.0\.0\.1:1\b.*\nPostgreSQL is read-only: .*default_transaction_read_only/,
    );
  });
});
