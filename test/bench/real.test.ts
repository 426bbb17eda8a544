import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { siteHostContract } from '../support/site-host-contract.ts';
import { acme, ever, failureOf, make, stepOf, unmake } from '../support/site-plan.ts';
import { bareCommands } from './bare-commands.ts';
import { descendants } from './processes.ts';
import { noRealBench, openRealBench, path } from './real-bench.ts';

const options: { readonly skip: string | false; readonly timeout: number } = { skip: noRealBench, timeout: 900_000 };

siteHostContract('the real bench', async (t) => openRealBench(t), options);

test('a real site that was interrupted in every step is completed', options, async (t) => {
  const { host, newSiteName, login } = openRealBench(t);
  const plan = { ...acme, siteName: newSiteName(), apps: await host.offeredApps() };
  for (const step of host.steps(plan)) {
    if (!(await step.check(ever))) {
      const stop = new AbortController();
      const reason = new Error(`broken in ${step.name}`);
      // In the middle of its bar where it draws one, and else a moment after it began.
      const begun = setTimeout(() => step.name !== 'create-site' && stop.abort(reason), 700);
      const running = step.run({ signal: stop.signal, progress: (percent) => percent > 40 && stop.abort(reason) });
      const ended = await running.then(
        () => 'finished before',
        (error) => error,
      );
      clearTimeout(begun);
      if (ended !== 'finished before') assert.equal(ended, reason);
      t.diagnostic(`${step.name}: ${ended === reason ? 'broken' : ended}`);
      assert.ok(ended === reason || step.name !== 'create-site');
      await step.undo(ever);
      await step.run({ signal: ever, progress() {} });
    }
    await step.verify(ever);
  }
  assert.equal(await login(plan), true);
  await unmake(host, plan);
  assert.equal(await login(plan), false);
});

test('no process shows a secret while a real site is created', options, async (t) => {
  const { host, newSiteName } = openRealBench(t);
  const plan = { ...acme, siteName: newSiteName(), apps: await host.offeredApps() };
  const { root_password: rootPassword } = JSON.parse(
    await readFile(join(path, 'sites/common_site_config.json'), 'utf8'),
  );
  const secrets = [plan.adminPassword, rootPassword].filter((secret) => secret !== undefined);
  assert.ok(secrets.length > 0);

  let looks = 0;
  const seen = new Set<number>();
  const making = make(host, plan).finally(() => {
    looks = -1;
  });
  const watching = (async () => {
    while (looks >= 0) {
      for (const { pid, text } of await descendants(process.pid)) {
        seen.add(pid);
        for (const secret of secrets) assert.ok(!text.includes(secret), `a process shows a secret: ${text}`);
      }
      if (looks >= 0) looks += 1;
    }
  })();
  await Promise.all([making, watching]);
  assert.ok(seen.size > 3, 'Frappe’s own programs were seen as well');
});

test('creating a real site takes no longer than the same commands by hand', options, async (t) => {
  const { host, newSiteName } = openRealBench(t);
  const apps = await host.offeredApps();
  const bare = await bareCommands(path, { ...acme, siteName: `bare-${process.pid}.localhost`, apps });
  const plan = { ...acme, siteName: newSiteName(), apps };
  const ours = await make(host, plan);

  const sum = (times: ReadonlyMap<string, number>) => [...times.values()].reduce((total, time) => total + time, 0);
  const line = (name: string, time: number | undefined, other: number | undefined) =>
    `${name.padEnd(24)} ${seconds(time)} ${seconds(other)}`;
  t.diagnostic(`${'step'.padEnd(24)}     ours     bare`);
  for (const [name, time] of ours) t.diagnostic(line(name, time, bare.get(name)));
  t.diagnostic(line('all', sum(ours), sum(bare)));
  // The machine's own noise is more than the second that the service may take.
  assert.ok(sum(ours) < sum(bare) * 1.25 + 1_000);

  // A program that holds a lock on the site's tables, as a web server's leaked connection does, delays no undo.
  const holder = spawn(join(path, 'env/bin/python'), ['-c', holdLock, plan.siteName], { cwd: join(path, 'sites') });
  t.after(() => holder.kill());
  assert.match(String((await once(holder.stdout, 'data'))[0]), /held/);
  const begin = performance.now();
  await unmake(host, plan);
  assert.ok(performance.now() - begin < 10_000, `undoing took ${performance.now() - begin} ms`);
});

test('an app whose after_install raises fails as APP_INSTALL_FAILED', options, async (t) => {
  const { bench, newSiteName } = openRealBench(t);
  if (!(await bench.offeredApps()).includes('broken_app')) return t.skip('the bench has no broken_app');
  const plan = { ...acme, siteName: newSiteName(), apps: ['broken_app'] };
  await make(bench, plan, 'create-site');
  const step = stepOf(bench, plan, 'install-app:broken_app');
  for (const time of ['first', 'second']) {
    const error = await failureOf(step.run({ signal: ever, progress() {} }));
    assert.equal(error.reason, 'APP_INSTALL_FAILED', time);
    assert.match(error.detail ?? '', /RuntimeError: broken_app: after_install fails on purpose$/);
    await step.undo(ever);
  }
});

const seconds = (time: number | undefined): string =>
  time === undefined ? '        ' : `${(time / 1_000).toFixed(2).padStart(7)}s`;

const holdLock = `
import sys, frappe
frappe.init(site=sys.argv[1], sites_path='.')
frappe.connect()
frappe.db.sql('select name from tabUser')
print('held', flush=True)
sys.stdin.read()
`;
