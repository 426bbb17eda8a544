import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { SitePlan } from '../../src/provisioning/site-host.ts';
import { acme, ever, failureOf, make, stepOf } from '../support/site-plan.ts';
import { noStandIn, openStandInBench, type StandInBench } from './stand-in-bench.ts';

const first = { ...acme, siteName: 'first.localhost', adminPassword: 'canary-first' };
const second = { ...acme, siteName: 'second.localhost', adminPassword: 'canary-second' };

describe('sites from templates', { skip: noStandIn, timeout: 60_000 }, () => {
  test('the second site of a kind is created from the first one’s template, and reports it', async (t) => {
    const bench = await openStandInBench(t);
    assert.equal(await create(bench, first), undefined);
    await make(bench.host, first);
    assert.equal(await create(bench, second), 'from a template with Frappe, erpnext, demo_app');
    for (const step of ['create-site', 'install-app:erpnext', 'install-app:demo_app']) {
      assert.equal(await stepOf(bench.host, second, step).check(ever), true, step);
    }
    await make(bench.host, second);
    for (const { siteName, adminEmail, adminPassword } of [first, second]) {
      assert.equal(await bench.login(siteName, adminEmail, adminPassword), 200);
    }
    assert.equal(await bench.login(second.siteName, second.adminEmail, first.adminPassword), 401);
  });

  test('a site with more apps starts from the template of the first ones, and one with others from Frappe’s', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, { ...first, apps: ['erpnext'] });
    assert.equal(await create(bench, second), 'from a template with Frappe, erpnext');
    const third = { ...acme, siteName: 'third.localhost', apps: ['demo_app', 'erpnext'] };
    assert.equal(await create(bench, third), 'from a template with Frappe');
    for (const plan of [second, third]) await make(bench.host, plan);
    assert.equal(await bench.login(third.siteName, third.adminEmail, third.adminPassword), 200);
  });

  test('a site shares no secret with another site, nor with their template', async (t) => {
    const bench = await openStandInBench(t);
    const found = [];
    for (const plan of [first, second]) {
      await make(bench.host, plan);
      found.push(await secretsOf(bench, plan));
    }
    const all = found.flat();
    assert.equal(all.length, 2 * 4, 'the database’s name and password, and two log-ins');
    assert.equal(new Set(all).size, all.length);
    for (const file of await templateFiles(bench)) {
      const content = await readFile(file);
      const text = (file.endsWith('.gz') ? gunzipSync(content) : content).toString('latin1');
      for (const secret of all) assert.ok(!text.includes(secret), file);
    }
  });

  test('a site in which an app has encrypted something leaves no template', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, first, 'create-site');
    const { db_name: name } = (await bench.read('sites/first.localhost/site_config.json')) as { db_name: string };
    const rows = (await bench.read(`database/${name}.json`)) as object;
    await writeFile(join(bench.path, `database/${name}.json`), JSON.stringify({ ...rows, encrypted: ['canary'] }));
    await make(bench.host, first);
    assert.equal(await create(bench, second), 'from a template with Frappe');
  });

  test('a template of another version is not used, and is removed', async (t) => {
    const bench = await openStandInBench(t);
    const source = join(bench.path, 'apps/erpnext/erpnext');
    await mkdir(source, { recursive: true });
    await writeFile(join(source, 'hooks.py'), 'version = 1');
    await make(bench.host, first);
    await appendFile(join(source, 'hooks.py'), '0');
    assert.equal(await create(bench, second), 'from a template with Frappe');
    const before = (await templateFiles(bench)).length;
    await make(bench.host, second);
    assert.equal((await templateFiles(bench)).length, before, 'the old ones have made room for the new ones');
  });

  test('a torn template is not used, and one that restores something else is removed', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, first);
    for (const file of await templateFiles(bench)) if (file.endsWith('.gz')) await writeFile(file, 'torn');
    assert.equal(await create(bench, second), undefined);
    await make(bench.host, second);

    const before = (await templateFiles(bench)).length;
    assert.ok(before > 0, 'the next one has left others');
    await bench.turn({ 'source-sql': 'disk-full' });
    const third = { ...acme, siteName: 'third.localhost' };
    assert.equal(await create(bench, third), undefined);
    assert.ok((await templateFiles(bench)).length < before);
    await make(bench.host, third);
    assert.equal(await bench.login(third.siteName, third.adminEmail, third.adminPassword), 200);
  });

  test('a template that could not be loaded while Redis is unavailable is kept', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, first);
    const templates = await templateFiles(bench);
    await bench.turn({ 'source-sql': 'raises RuntimeError: there is no cache' });
    bench.redis.close();
    const failure = await failureOf(create(bench, second));
    assert.deepEqual([failure.message, failure.transient], ['The bench’s Redis does not answer.', true]);
    assert.deepEqual(await templateFiles(bench), templates);
  });

  test('BENCH_TEMPLATES=off creates each site with bench’s own commands, and keeps no template', async (t) => {
    const bench = await openStandInBench(t, { templates: false });
    await make(bench.host, first);
    assert.equal(await create(bench, second), undefined);
    assert.deepEqual(await templateFiles(bench), []);
  });
});

/** Creates the site; how it was made, if not as usual. */
async function create({ host }: StandInBench, plan: SitePlan): Promise<string | undefined> {
  let how: string | undefined;
  await stepOf(host, plan, 'create-site').run({
    signal: ever,
    progress() {},
    completedHow(said) {
      how = said;
    },
  });
  return how;
}

async function secretsOf(bench: StandInBench, { siteName }: SitePlan): Promise<readonly string[]> {
  const config = (await bench.read(`sites/${siteName}/site_config.json`)) as Readonly<Record<string, string>>;
  const rows = (await bench.read(`database/${config['db_name']}.json`)) as {
    readonly users: Readonly<Record<string, { readonly password: readonly [string, string] }>>;
    readonly singles: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  const logIns = Object.values(rows.users).map(({ password: [, digest] }) => digest);
  const states = Object.values(rows.singles).flatMap((fields) => fields['authorization_url'] ?? []);
  return [config['db_name'] ?? '', config['db_password'] ?? '', ...logIns, ...states];
}

async function templateFiles({ path }: StandInBench): Promise<readonly string[]> {
  const folder = join(path, 'sites/.provisioning/templates');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
