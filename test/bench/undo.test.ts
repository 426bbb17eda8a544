import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { acme, ever, failureOf, make, makeUpTo, stepOf, unmake } from '../support/site-plan.ts';
import { noStandIn, openStandInBench, type StandInBench } from './stand-in-bench.ts';

/** The steps that change a site's database after it was created, and where the stand-in stops in the middle of each. */
const points = { 'install-app:erpnext': 'install-app', 'set-up-company': 'wizard' } as const;
const faults = ['kill', 'lose', 'disk-full', "raises pymysql.err.OperationalError: (2013, 'Lost connection')"] as const;

describe('a step that was stopped half-way is undone by the state before it', {
  skip: noStandIn,
  concurrency: 3,
}, () => {
  for (const templates of [true, false]) {
    for (const [step, point] of Object.entries(points)) {
      for (const fault of faults) {
        test(`${step} after ${fault} is undone and succeeds, templates ${templates ? 'on' : 'off'}`, {
          timeout: 30_000,
        }, async (t) => {
          const bench = await openStandInBench(t, { templates });
          // What is made later begins with a template of it, but then there is nothing to stop in an app's installation.
          if (step === 'set-up-company') await make(bench.host, other);
          await makeUpTo(bench.host, acme, step);
          await bench.turn({ [point]: fault });
          await failureOf(run(bench, step));
          await bench.turn({});
          await stepOf(bench.host, acme, step).undo(ever);
          assert.equal(await stepOf(bench.host, acme, 'create-site').check(ever), true, 'what was finished stays');
          await make(bench.host, acme);
          await make(bench.host, other);
          assert.deepEqual(await database(bench, acme), await database(bench, other));
          assert.deepEqual(await pointsOf(bench), [], 'no points are kept of a site that is verified');
        });
      }
    }
  }

  test('an undo that is interrupted itself is repeated', { timeout: 30_000 }, async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'set-up-company');
    await bench.turn({ wizard: 'kill', 'source-sql': 'kill' });
    for (let tries = 0; tries < 3; tries += 1) {
      await failureOf(run(bench, 'set-up-company'));
      assert.equal(await stepOf(bench.host, acme, 'install-app:demo_app').check(ever), true);
    }
    await bench.turn({});
    await make(bench.host, acme);
    assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
  });

  test('an undo without an intact point creates the site anew', { timeout: 30_000 }, async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'set-up-company');
    for (const file of await pointsOf(bench)) if (file.endsWith('.gz')) await writeFile(file, 'torn');
    await bench.turn({ wizard: 'kill' });
    await failureOf(run(bench, 'set-up-company'));
    await bench.turn({});
    await make(bench.host, acme);
    assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
  });

  test('points are readable by the bench’s user only, contain no secret, and are removed with their site', async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'set-up-company');
    const { db_password: password } = (await bench.read('sites/acme.localhost/site_config.json')) as {
      db_password: string;
    };
    const files = await pointsOf(bench);
    assert.equal(files.length, 9, 'three files of each of three points');
    for (const file of files) {
      assert.equal((await stat(file)).mode & 0o077, 0, file);
      const text = await readFile(file, 'latin1');
      assert.ok(!text.includes(password) && !text.includes('canary'), file);
    }
    await unmake(bench.host, acme);
    assert.deepEqual(await pointsOf(bench), []);
  });
});

/** What the wizard sets last, and by which names a verification misses it. */
const wizardsWork: ReadonlyArray<readonly [missed: readonly string[], doctype: string, field?: string]> = [
  [['the default company'], 'Global Defaults', 'default_company'],
  [['the default currency'], 'Global Defaults', 'default_currency'],
  [['the default warehouse'], 'Stock Settings', 'default_warehouse'],
  [['units'], 'Stock Settings', 'stock_uom'],
  [['a price list to sell by', 'a price list to buy by'], 'Price List'],
  [['the fiscal year'], 'Fiscal Year'],
  [['accounts'], 'Account'],
  [['departments'], 'Department'],
  [['the default accounts', 'the cost center'], 'Company'],
];

test('a company whose wizard was stopped half-way is never taken for ready', { skip: noStandIn }, async (t) => {
  const bench = await openStandInBench(t);
  await makeUpTo(bench.host, acme, 'verify');
  const file = await databaseFile(bench, acme);
  const whole = await readFile(file, 'utf8');
  for (const [missed, doctype, field] of wizardsWork) {
    const rows = JSON.parse(whole);
    if (field) delete rows.singles[doctype][field];
    else delete rows.lists[doctype];
    await writeFile(file, JSON.stringify(rows));
    const { reason, detail } = await failureOf(run(bench, 'verify'));
    assert.equal(reason, 'VERIFICATION_FAILED');
    assert.equal(detail, missed.map((name) => `${name} is false and should be true`).join('\n'));
  }
});

const other = { ...acme, siteName: 'other.localhost' };

const run = (bench: StandInBench, step: string) => stepOf(bench.host, acme, step).run({ signal: ever, progress() {} });

async function databaseFile(bench: StandInBench, { siteName }: typeof acme): Promise<string> {
  const { db_name: name } = (await bench.read(`sites/${siteName}/site_config.json`)) as { db_name: string };
  return join(bench.path, `database/${name}.json`);
}

/** The content of a site's database, except the salts and digests of passwords. */
async function database(bench: StandInBench, plan: typeof acme): Promise<unknown> {
  const rows = JSON.parse(await readFile(await databaseFile(bench, plan), 'utf8'));
  return { ...rows, users: Object.keys(rows.users).toSorted() };
}

async function pointsOf({ path }: StandInBench): Promise<readonly string[]> {
  const folder = join(path, 'sites/.provisioning/points');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
