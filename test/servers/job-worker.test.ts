import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openJobQueue, openJobWorker } from '../../jobs/job-queue.ts';
import type { CompanyId } from '../../src/company/company-id.ts';
import { openLog } from '../../src/observability/log.ts';
import { openMetrics } from '../../src/observability/metrics.ts';
import { openRedisServer, type RedisServer } from '../../src/redis/redis-server.ts';
import { readRedisUrl } from '../../src/redis/redis-settings.ts';
import { serversMissing, startRedis } from '../support/private-servers.ts';

/** The server, which refuses the second check for stalled jobs: the connection of a check tells it so just before. */
function refusingSecondCheck(server: RedisServer): RedisServer {
  let checks = 0;
  return {
    ...server,
    connect(options) {
      const connection = server.connect(options);
      const sendCommand = connection.sendCommand.bind(connection);
      const setRight = (right: string): void => void connection.call('acl', 'setuser', 'default', right);
      connection.sendCommand = (command, stream) => {
        const isCheck = command.name === 'evalsha' && String(command.args).includes('stallBlock');
        if (!isCheck || ++checks !== 2) return sendCommand(command, stream);
        setRight('-evalsha');
        const refused = sendCommand(command, stream);
        setRight('+evalsha');
        return refused;
      };
      return connection;
    },
  };
}

test('a worker whose Redis fails while it begins takes jobs once it is back', {
  skip: serversMissing,
  timeout: 30_000,
}, async (t) => {
  const redis = await startRedis();
  const log = openLog('silent');
  const server = openRedisServer(readRedisUrl(redis.url), 'test', log);
  const handled = Promise.withResolvers<CompanyId>();
  const worker = openJobWorker('long', refusingSecondCheck(server), 1, async (id) => handled.resolve(id), log);
  const queue = openJobQueue('long', server, openMetrics(), log);
  t.after(async () => {
    await Promise.all([queue.close(), worker.close()]);
    await redis.close();
  });
  const company = 'COMP-2026-00001' as CompanyId; // as the database writes ids
  queue.add(company);
  assert.equal(await handled.promise, company);
});
