import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJobQueue, openJobWorker } from '../jobs/job-queue.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { openEmbeddedRedis } from '../src/embedded/redis.ts';
import { openLog } from '../src/observability/log.ts';
import { openMetrics } from '../src/observability/metrics.ts';
import { openRedisServer } from '../src/redis/redis-server.ts';
import { readRedisUrl } from '../src/redis/redis-settings.ts';

// Cast: these are ids.
const companies = Array.from({ length: 1_002 }, (_, index) => `COMP-2025-${10_000 + index}` as CompanyId);

test('companies without a job are found among up to a thousand waiting jobs, and none among more', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'test-jobs-'));
  const redis = await openEmbeddedRedis(folder);
  const log = openLog('silent');
  const server = openRedisServer(readRedisUrl(redis.url), 'test', log);
  const begun = Promise.withResolvers<CompanyId>();
  const going = Promise.withResolvers<void>();
  const handle = (id: CompanyId): Promise<void> => {
    begun.resolve(id);
    return going.promise;
  };
  const worker = openJobWorker('long', server, 1, handle, log);
  let enqueued = 0;
  let onEnqueued = (): void => {};
  const jobEnqueued = (): void => {
    enqueued += 1;
    onEnqueued();
  };
  const metrics = { ...openMetrics(), jobEnqueued };
  const queue = openJobQueue('long', server, metrics, log);
  t.after(async () => {
    going.resolve();
    await Promise.all([queue.close(), worker.close()]);
    await redis.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const enqueue = async (ids: readonly CompanyId[]): Promise<void> => {
    const all = Promise.withResolvers<void>();
    const expected = enqueued + ids.length;
    onEnqueued = () => enqueued === expected && all.resolve();
    for (const id of ids) queue.add(id);
    await all.promise;
  };

  const [running, first, second, ...others] = companies;
  assert.ok(running && first && second);
  await enqueue([running]);
  assert.equal(await begun.promise, running);
  await enqueue([first]);
  assert.deepEqual(await worker.withoutJob([first, second]), [second]);
  await enqueue(others);
  assert.deepEqual(await worker.withoutJob([first, second]), [second], 'a thousand wait');
  await enqueue([running]);
  assert.deepEqual(await worker.withoutJob([first, second]), [], 'a thousand and one wait');
});
