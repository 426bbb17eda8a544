import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { acme, ever, failureOf, make, makeUpTo, stepOf } from '../support/site-plan.ts';
import { startWorker } from '../support/sleeping-worker.ts';
import { gone, processes } from './processes.ts';
import { noStandIn, openStandInBench } from './stand-in-bench.ts';

const newer = { ...acme, fencingToken: 2 };
const points = { 'create-site': 'new-site', 'install-app:erpnext': 'install-app', 'set-up-company': 'wizard' } as const;

describe('an outdated claim does nothing more on a bench', { skip: noStandIn, timeout: 60_000 }, () => {
  for (const [step, point] of Object.entries(points)) {
    test(`a stalled worker’s ${step} has ended when a newer claim gets its reply`, async (t) => {
      const bench = await openStandInBench(t);
      await makeUpTo(bench.host, acme, step);
      await bench.turn({ [point]: 'deaf' });
      const worker = startWorker(t, { host: { bench: bench.config }, plan: acme, step, sleeps: false });
      const pids = await bench.reached();
      assert.equal(pids.length, 3);
      worker.kill('SIGSTOP');

      assert.equal(await stepOf(bench.host, newer, step).check(ever), false);
      assert.deepEqual(await runningOf(pids), []);
      assert.equal(await bench.read('went-on.json'), undefined);
      await bench.turn({});
      await stepOf(bench.host, newer, step).undo(ever);
      await make(bench.host, newer);

      const ended = once(worker, 'message');
      worker.kill('SIGCONT');
      assert.deepEqual((await ended)[0], 'lease-lost');
      assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
    });
  }

  test('a process group that reuses the number of an older claim’s is left alone', async (t) => {
    const bench = await openStandInBench(t);
    const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    t.after(() => other.kill());
    await once(other, 'spawn');
    const fences = join(bench.path, 'sites/.provisioning/fences', acme.siteName);
    await mkdir(fences, { recursive: true });
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const before = `${boot} ${await readlink('/proc/self/ns/pid')} ${other.pid} 1`;
    const fence = JSON.stringify({ token: 1, group: other.pid, processes: [before] });
    await writeFile(join(fences, `${acme.owner}.json`), fence);

    await make(bench.host, newer);
    assert.equal((await runningOf([other.pid ?? 0])).length, 1);
  });

  test('a second request under the same claim kills nothing, and does not wait forever', async (t) => {
    const bench = await openStandInBench(t);
    await bench.turn({ 'new-site': 'hang' });
    const stop = new AbortController();
    const running = stepOf(bench.host, acme, 'create-site').run({ signal: stop.signal, progress() {} });
    const stopped = assert.rejects(running, (error) => error === stop.signal.reason);
    const pids = await bench.reached();

    const error = await failureOf(stepOf(bench.host, acme, 'create-site').check(ever));
    assert.deepEqual([error.reason, error.transient], ['HOST_UNAVAILABLE', true]);
    assert.match(error.message, /has not finished its earlier work on this site/);
    assert.deepEqual(await runningOf(pids), pids);

    stop.abort();
    await stopped;
    await gone(pids);
    assert.equal(await stepOf(bench.host, acme, 'create-site').check(ever), false);
  });
});

/** Those of the processes that run. */
async function runningOf(pids: readonly number[]): Promise<readonly number[]> {
  const running = new Set((await processes()).map(({ pid }) => pid));
  return pids.filter((pid) => running.has(pid));
}
