import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { acme, ever, make, stepOf } from '../support/site-plan.ts';
import { descendants } from './processes.ts';
import { noStandIn, openStandInBench, rootPassword } from './stand-in-bench.ts';

const secrets = [acme.adminPassword, rootPassword];
const points = { 'create-site': 'new-site', 'install-app:erpnext': 'install-app', 'set-up-company': 'wizard' } as const;

describe('secrets reach the bench by standard input only', { skip: noStandIn, timeout: 60_000 }, () => {
  for (const exec of [[], ['nice', '-n', '5']]) {
    test(`no process on a bench shows a secret while it works${exec.length > 0 ? ', behind BENCH_EXEC' : ''}`, async (t) => {
      const bench = await openStandInBench(t, { exec, adminPassword: rootPassword });
      for (const step of bench.host.steps(acme)) {
        const point = Object.entries(points).find(([name]) => name === step.name)?.[1];
        if (point) {
          await bench.turn({ [point]: 'hang' });
          const stop = new AbortController();
          const running = assert.rejects(step.run({ signal: stop.signal, progress() {} }));
          const pids = await bench.reached();
          const seen = (await descendants(process.pid)).filter(({ text }) => text.includes(bench.path));
          assert.ok(
            pids.every((pid) => seen.some((process) => process.pid === pid)),
            'all of them are looked at',
          );
          for (const { text } of seen) {
            for (const secret of secrets) assert.ok(!text.includes(secret), text);
          }
          stop.abort();
          await running;
          await bench.turn({});
          await step.undo(ever);
        }
        await step.run({ signal: ever, progress() {} });
      }
    });
  }

  test('no file on a bench keeps a secret, except the bench’s own configuration', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, acme);
    await bench.turn({ wizard: 'fails' });
    const other = { ...acme, siteName: 'other.localhost' };
    await make(bench.host, other, 'install-app:demo_app');
    await assert.rejects(stepOf(bench.host, other, 'set-up-company').run({ signal: ever, progress() {} }));
    const entries = await readdir(bench.path, { recursive: true, withFileTypes: true });
    const keepers = new Set<string>();
    // Below env/ are the stand-in's programs, which know the secrets of other tests.
    const programs = join(bench.path, 'env');
    for (const entry of entries.filter((found) => found.isFile() && !found.parentPath.startsWith(programs))) {
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      if (/canary/.test(text)) keepers.add(entry.name);
    }
    assert.deepEqual([...keepers], ['common_site_config.json']);
  });
});
