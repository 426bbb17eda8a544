import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LogLine } from '../../src/client/client.ts';
import { allBecomeActive, order } from '../support/companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, until, within } from '../support/processes.ts';

describe('a log through faults', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let apis: ApiProgram[];
  before(async () => {
    cluster = await openCluster();
    apis = await Promise.all([cluster.startApi(), cluster.startApi()]);
  });
  after(() => cluster?.close());

  for (const restarts of [false, true]) {
    const title = `a log is whole and in order after its worker was killed${restarts ? ' and Redis restarted' : ''}`;
    test(title, { timeout: 120_000 }, async () => {
      const customer = restarts ? 'restarted' : 'killed';
      const slow = cluster.start('test/servers/slow-worker.ts', { FAULT: 'hang:set-up-company' });
      const [one, other] = apis;
      assert.ok(one && other);
      const company = await order(customer, one);
      const seen: LogLine[] = [];
      const follow = async (api: ApiProgram, lines: LogLine[], since?: number): Promise<LogLine[]> => {
        for await (const line of (await api.clientOf(customer, 'customer')).readLog(company.id, since))
          lines.push(line);
        return lines;
      };
      const live = follow(one, seen);
      live.catch(() => {});
      await until('the first worker’s lines are streamed', () =>
        seen.some(({ step }) => step === 'install-app:erpnext'),
      );
      const before = seen.length;
      await slow.end('SIGKILL');
      if (restarts) await cluster.redis.restart();
      const next = cluster.startWorker();
      await allBecomeActive(cluster, [company], 60_000);
      const lines = await within(30_000, 'the log ends', live);
      await next.end('SIGTERM');

      assert.ok(before >= 3 && lines.length > before, `${before} of ${lines.length} lines before the fault`);
      assert.deepEqual(
        lines.map(({ number, attempt }) => [number, attempt]),
        lines.map((_, index) => [index + 1, 1]),
      );
      assert.equal(lines.at(-1)?.step, 'verify');
      for (const since of [0, before, lines.length])
        assert.deepEqual(await follow(other, [], since), lines.slice(since), `resumed after ${since}`);
    });
  }
});
