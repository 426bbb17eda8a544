import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { siteHostContract } from '../support/site-host-contract.ts';
import { acme, ever, failureOf, make, makeUpTo, stepOf, unmake } from '../support/site-plan.ts';
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

test(
  'a program that holds a lock on a real site’s tables, as a leaked connection does, delays no undo',
  options,
  async (t) => {
    const { host, newSiteName } = openRealBench(t);
    const plan = { ...acme, siteName: newSiteName(), apps: [] };
    await make(host, plan, 'create-site');
    const holder = spawn(join(path, 'env/bin/python'), ['-c', holdLock, plan.siteName], { cwd: join(path, 'sites') });
    t.after(() => holder.kill());
    assert.match(String((await once(holder.stdout, 'data'))[0]), /held/);
    const begin = performance.now();
    await unmake(host, plan);
    assert.ok(performance.now() - begin < 10_000, `undoing took ${performance.now() - begin} ms`);
  },
);

test(
  'a real wizard that raises leaves no password in any file, and its retry sets up the password as it is',
  options,
  async (t) => {
    const { host, newSiteName, login, siteFolder } = openRealBench(t, { templates: true });
    const apps = await host.offeredApps();
    if (!apps.includes('erpnext')) return t.skip('the wizard raises in ERPNext');
    const adminPassword = '  canary <br>at <i>both</i> ends ';
    const plan = { ...acme, siteName: newSiteName(), apps, adminPassword };
    await makeUpTo(host, plan, 'set-up-company');
    const tooLong = { ...plan, companyName: 'x'.repeat(150) };
    const error = await failureOf(stepOf(host, tooLong, 'set-up-company').run({ signal: ever, progress() {} }));
    assert.equal(error.reason, 'SET_UP_FAILED');
    assert.match(error.detail ?? '', /^frappe\.exceptions\.\w+: /m);
    for (const folder of [siteFolder(plan), join(path, 'logs')]) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const file = join(entry.parentPath, entry.name);
        if (entry.isFile()) assert.ok(!(await readFile(file, 'latin1')).includes('canary'), file);
      }
    }
    await stepOf(host, plan, 'set-up-company').undo(ever);
    await make(host, plan);
    assert.equal(await login(plan), true);
    assert.equal(await login({ ...plan, adminPassword: adminPassword.trim() }), false);
  },
);

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

const holdLock = `
import sys, frappe
frappe.init(site=sys.argv[1], sites_path='.')
frappe.connect()
frappe.db.sql('select name from tabUser')
print('held', flush=True)
sys.stdin.read()
`;
