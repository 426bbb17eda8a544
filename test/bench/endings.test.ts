import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { acme, ever, make, makeUpTo, stepOf } from '../support/site-plan.ts';
import { startWorker } from '../support/sleeping-worker.ts';
import { descendants, gone, processes } from './processes.ts';
import { noStandIn, openStandInBench, type StandInBench } from './stand-in-bench.ts';

/** TERM, three seconds' grace, KILL. */
const longestEnd = 4_000;
const points = { 'create-site': 'new-site', 'install-app:erpnext': 'install-app', 'set-up-company': 'wizard' } as const;

describe('work that must end on a bench ends', { skip: noStandIn, timeout: 60_000, concurrency: 3 }, () => {
  for (const [step, point] of Object.entries(points)) {
    for (const how of ['hang', 'deaf'] as const) {
      test(`an aborted signal ends ${step}, which ${how === 'deaf' ? 'ignores SIGTERM' : 'hangs'}`, async (t) => {
        const bench = await openStandInBench(t);
        await makeUpTo(bench.host, acme, step);
        await bench.turn({ [point]: how });
        await assertStops(bench, step);
        await bench.turn({});
        await stepOf(bench.host, acme, step).undo(ever);
        await make(bench.host, acme);
        assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
      });
    }

    test(`kill -9 of the worker ends ${step} on the bench`, async (t) => {
      const bench = await openStandInBench(t);
      await makeUpTo(bench.host, acme, step);
      await bench.turn({ [point]: 'deaf' });
      const worker = startWorker(t, { host: { bench: bench.config }, plan: acme, step, sleeps: false });
      const pids = await bench.reached();
      assert.equal(pids.length, 3);
      worker.kill('SIGKILL');
      await gone(pids);
      assert.equal(await bench.read('went-on.json'), undefined);
      // The agents that made what came before wait for more to do; they are ours.
      const ours = new Set((await descendants(process.pid)).map(({ pid }) => pid));
      const left = (await processes()).filter(({ text }) => text.includes(bench.path));
      assert.deepEqual(
        left.filter(({ pid }) => !ours.has(pid)),
        [],
      );
    });
  }

  test('the process on the bench that dies by itself takes its command along', async (t) => {
    const bench = await openStandInBench(t);
    await bench.turn({ 'new-site': 'deaf' });
    const running = stepOf(bench.host, acme, 'create-site').run({ signal: ever, progress() {} });
    const failed = assert.rejects(running, { reason: 'HOST_UNAVAILABLE', transient: true });
    const [, driver = 0, ...others] = await bench.reached();
    process.kill(driver, 'SIGKILL');
    await failed;
    await gone([driver, ...others]);
    assert.equal(await bench.read('went-on.json'), undefined);
  });

  for (const [title, prefix] of Object.entries({
    'nice, which execs the bench’s Python': async () => ['nice', '-n', '5'],
    'ssh, which passes its arguments to a shell': fakeSsh,
    'a program that starts it as a session of its own': async () => ['setsid', '--wait'],
  })) {
    test(`an aborted signal ends work behind BENCH_EXEC: ${title}`, async (t) => {
      const place = await openStandInBench(t);
      const bench = await openStandInBench(t, { exec: await prefix(place) });
      await bench.turn({ 'new-site': 'deaf' });
      await assertStops(bench, 'create-site');
      await bench.turn({});
      await stepOf(bench.host, acme, 'create-site').undo(ever);
      await make(bench.host, acme);
      assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
    });
  }
});

test('an idle process on the bench ends, and a request that comes too late for it starts another', {
  skip: noStandIn,
}, async (t) => {
  const bench = await openStandInBench(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const step = stepOf(bench.host, acme, 'create-site');
  const running = async () => (await descendants(process.pid)).filter(({ text }) => text.includes(bench.path));

  assert.equal(await step.check(ever), false);
  t.mock.timers.tick(2_999);
  const first = await running();
  assert.equal(await step.check(ever), false);
  assert.deepEqual(pidsOf(await running()), pidsOf(first), 'the same process answers again');
  assert.equal(first.length, 1);

  t.mock.timers.tick(3_000);
  assert.equal(await step.check(ever), false, 'while the first one ends');
  await gone(pidsOf(first));
  t.mock.timers.tick(3_000);
  await gone(pidsOf(await running()));
});

const pidsOf = (seen: readonly { readonly pid: number }[]) => seen.map(({ pid }) => pid);

/** Aborts the step when it hangs: it rejects with the signal's reason within the time, and none of its processes continues. */
async function assertStops(bench: StandInBench, name: string): Promise<void> {
  const stop = new AbortController();
  const reason = new Error('stop');
  const running = stepOf(bench.host, acme, name).run({ signal: stop.signal, progress() {} });
  const stopped = assert.rejects(running, (error) => error === reason);
  const pids = await bench.reached();
  const begin = performance.now();
  stop.abort(reason);
  await stopped;
  await gone(pids);
  assert.ok(performance.now() - begin < longestEnd, `it took ${performance.now() - begin} ms`);
  assert.equal(await bench.read('went-on.json'), undefined);
}

/** An `ssh` that knows one machine: this one. */
async function fakeSsh({ path }: StandInBench): Promise<readonly string[]> {
  const ssh = join(path, 'bin/ssh');
  await mkdir(join(path, 'bin'));
  await writeFile(ssh, '#!/bin/sh\nshift\nsh -c "$*"\nexit $?\n');
  await chmod(ssh, 0o755);
  return [ssh, 'frappe@bench'];
}
