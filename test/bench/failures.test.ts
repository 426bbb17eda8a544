import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { FailureReason } from '../../src/company/failure.ts';
import { acme, ever, failureOf, make, stepOf, unmake } from '../support/site-plan.ts';
import { noStandIn, openStandInBench, rootPassword, type StandInBench, type Switches } from './stand-in-bench.ts';

/** A way to fail: what is wrong from this step on, and what it must read. */
interface Row {
  readonly step: 'preflight' | 'create-site' | 'install-app:demo_app' | 'install-app:broken_app' | 'set-up-company';
  readonly when?: Switches;
  readonly spoil?: (bench: StandInBench) => Promise<unknown>;
  readonly reason: FailureReason;
  readonly message: RegExp;
  readonly transient?: true;
  /** Parts of the operator's detail. */
  readonly detail: readonly RegExp[];
}

const plan = { ...acme, apps: ['demo_app', 'broken_app'] };
const config = 'sites/common_site_config.json';
const replaceIn = (file: string, from: string, to: string) => async (bench: StandInBench) => {
  const text = await readFile(join(bench.path, file), 'utf8');
  await writeFile(join(bench.path, file), text.replace(from, to));
};

const rows: Readonly<Record<string, Row>> = {
  'the database server is down': {
    step: 'preflight',
    when: { databaseDown: 1 },
    ...{ reason: 'HOST_UNAVAILABLE', message: /database server does not answer/, transient: true },
    detail: [
      /^exit code 1\n/,
      /pymysql\.err\.OperationalError: \(2003, "Can't connect to MySQL server on '127\.0\.0\.1'/,
    ],
  },
  'the database server goes away in the middle': {
    step: 'create-site',
    when: { 'new-site': 'raises pymysql.err.OperationalError: (2013, "Lost connection to MySQL server during query")' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /database server does not answer/, transient: true },
    detail: [/^exit code 1\n/, /Updating DocTypes for frappe/, /Lost connection/],
  },
  'the database server refuses the password': {
    step: 'preflight',
    spoil: replaceIn(config, rootPassword, 'canary-wrong'),
    ...{ reason: 'HOST_UNAVAILABLE', message: /not authorised to use its database server/ },
    detail: [/^exit code 1\n/, /\(1045, "Access denied for user 'root'@'localhost' \(using password: YES\)"\)$/],
  },
  'the database’s administrator could not drop a site again': {
    step: 'preflight',
    when: { fewRights: true },
    ...{ reason: 'HOST_UNAVAILABLE', message: /not authorised to use its database server/ },
    detail: [/^exit code 1\n/, /\(1142, "SELECT command denied/],
  },
  'the database exists': {
    step: 'create-site',
    when: { 'new-site': 'raises Exception: Database comp_2026 already exists' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /database of this site’s name exists already; nothing was changed/ },
    detail: [/^exit code 1\n/, /already exists$/],
  },
  'the site is named like an app': {
    step: 'preflight',
    spoil: replaceIn('sites/apps.txt', 'erpnext', plan.siteName),
    ...{ reason: 'SITE_NAME_TAKEN', message: /choose another domain/ },
    detail: [],
  },
  'the site is named like an app that was added to the bench meanwhile': {
    step: 'create-site',
    spoil: replaceIn('sites/apps.txt', 'erpnext', plan.siteName),
    ...{ reason: 'SITE_NAME_TAKEN', message: /choose another domain/ },
    detail: [
      /^exit code 1\n/,
      /Your bench has an app called acme\.localhost, please choose another name for the site\.$/,
    ],
  },
  'an app misses a module': {
    step: 'install-app:demo_app',
    when: { 'install-app': "raises ModuleNotFoundError: No module named 'stripe'" },
    ...{ reason: 'APP_INSTALL_FAILED', message: /^The app demo_app could not be installed\.$/ },
    detail: [/^exit code 1\n/, /builtins\.ModuleNotFoundError: No module named 'stripe'$/],
  },
  'an app prints what a database would print': {
    step: 'install-app:demo_app',
    when: { 'install-app': "raises demo_app.LicenseError: (2003, \"Can't connect to MySQL server on '127.0.0.1'\")" },
    ...{ reason: 'APP_INSTALL_FAILED', message: /^The app demo_app could not be installed\.$/ },
    detail: [/^exit code 1\n/, /demo_app\.LicenseError: \(2003, /],
  },
  'an app has a database of its own, which does not answer': {
    step: 'install-app:demo_app',
    when: {
      'install-app': "raises pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'warehouse'\")",
    },
    ...{ reason: 'APP_INSTALL_FAILED', message: /^The app demo_app could not be installed\.$/ },
    detail: [/^exit code 1\n/, /server on 'warehouse'"\)$/],
  },
  'the database server is down while an app is installed': {
    step: 'install-app:demo_app',
    when: {
      'install-app': "raises pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on '127.0.0.1'\")",
    },
    ...{ reason: 'HOST_UNAVAILABLE', message: /database server does not answer/, transient: true },
    detail: [/^exit code 1\n/, /server on '127\.0\.0\.1'"\)$/],
  },
  'another site was created meanwhile': {
    step: 'create-site',
    when: { 'new-site': 'disk-full' },
    spoil: (bench) => failureOf(stepOf(bench.host, plan, 'create-site').run({ signal: ever, progress() {} })),
    ...{ reason: 'SITE_NAME_TAKEN', message: /choose another domain/ },
    detail: [/^exit code 1\nSite acme\.localhost already exists$/],
  },
  'the command is used wrongly': {
    step: 'create-site',
    when: { 'new-site': 'usage' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /could not create the site/ },
    detail: [/^exit code 2\nUsage: /, /Error: No such option: --db-name$/],
  },
  'the disk is full': {
    step: 'create-site',
    when: { 'new-site': 'disk-full' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /disk is full/, transient: true },
    detail: [/^exit code 1\n/, /OSError: \[Errno 28\] No space left on device$/],
  },
  'the disk is full while the configuration is written': {
    step: 'create-site',
    when: { 'new-site': 'torn-config' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /disk is full/, transient: true },
    detail: [/^exit code 1\n/],
  },
  'Redis is down': {
    step: 'install-app:demo_app',
    when: { 'install-app': 'redis-down' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /Redis does not answer/, transient: true },
    detail: [/^exit code 1\n/, /redis\.exceptions\.ConnectionError: Error 111 connecting to 127\.0\.0\.1:\d+/],
  },
  'the database server is down, and the error does not say so': {
    step: 'install-app:demo_app',
    when: { 'install-app': 'database-down' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /database server does not answer/, transient: true },
    detail: [/^exit code 1\n/, /pymysql\.err\.InterfaceError: \(0, ''\)$/],
  },
  'Redis is down, and the error does not say so': {
    step: 'install-app:demo_app',
    when: { 'install-app': 'raises RuntimeError: demo_app has no cache' },
    spoil: async ({ redis }) => redis.close(),
    ...{ reason: 'HOST_UNAVAILABLE', message: /Redis does not answer/, transient: true },
    detail: [/^exit code 1\n/, /RuntimeError: demo_app has no cache$/],
  },
  'the disk of the database is full': {
    step: 'install-app:demo_app',
    when: {
      'install-app':
        'raises pymysql.err.OperationalError: (1030, \'Got error 28 "No space left on device" from storage engine InnoDB\')',
    },
    ...{ reason: 'HOST_UNAVAILABLE', message: /disk is full/, transient: true },
    detail: [/^exit code 1\n/, /storage engine InnoDB'\)$/],
  },
  'another process holds the lock of a new site': {
    step: 'create-site',
    when: { 'new-site': 'locked' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /busy/, transient: true },
    detail: [/^exit code 1\n/, /LockTimeoutError: Failed to aquire lock: bench_new_site/],
  },
  'another process holds the lock of an app': {
    step: 'install-app:demo_app',
    when: { 'install-app': 'locked' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /busy/, transient: true },
    detail: [/LockTimeoutError: Failed to aquire lock: install_app/],
  },
  'the app was removed from the bench': {
    step: 'install-app:demo_app',
    when: { 'install-app': 'vanished' },
    ...{ reason: 'APP_NOT_AVAILABLE', message: /not installed on the bench/ },
    detail: [/^exit code 1\nCould not find app "demo_app": \nNo module named 'demo_app'\n/],
  },
  'the app’s after_install raises': {
    step: 'install-app:broken_app',
    ...{ reason: 'APP_INSTALL_FAILED', message: /^The app broken_app could not be installed\.$/ },
    detail: [/^exit code 1\n/, /builtins\.RuntimeError: broken_app: after_install fails on purpose$/],
  },
  'the machine kills it when it runs out of memory': {
    step: 'create-site',
    when: { 'new-site': 'kill' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /ran out of memory/ },
    detail: [/^killed by signal 9\n/, /^Installing frappe\.\.\.$/m, /Updating DocTypes for frappe .* 49%$/m],
  },
  'the process on the bench is killed': {
    step: 'create-site',
    when: { 'new-site': 'lose' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /cannot be reached/, transient: true },
    detail: [/Updating DocTypes for frappe/, /\nkilled by SIGKILL$/],
  },
  'the bench has vanished': {
    step: 'create-site',
    spoil: (bench) => rm(join(bench.path, 'env'), { recursive: true }),
    ...{ reason: 'HOST_UNAVAILABLE', message: /cannot be reached/, transient: true },
    detail: [/env\/bin\/python ENOENT/],
  },
  'the wizard fails and prints its arguments': {
    step: 'set-up-company',
    when: { wizard: 'fails', mended: true },
    ...{ reason: 'SET_UP_FAILED', message: /could not be set up on its site/ },
    detail: [/^exit code 1\n/, /'password': '[0-9a-f]{48}'/, /Could not find Country: Atlantis$/],
  },
  'Frappe prints its secrets': {
    step: 'create-site',
    when: { 'new-site': 'talk' },
    ...{ reason: 'HOST_UNAVAILABLE', message: /could not create the site/ },
    detail: [/db_password = \[secret\]\n/, /root_password is '\[secret\]'/, /'--admin-password', '\[secret\]'/],
  },
  'new-site reports success without an effect': {
    step: 'create-site',
    when: { 'new-site': 'lie' },
    ...{ reason: 'VERIFICATION_FAILED', message: /reported that the site was created, but it does not exist/ },
    detail: [],
  },
  'install-app reports success without an effect': {
    step: 'install-app:demo_app',
    when: { 'install-app': 'lie' },
    ...{ reason: 'VERIFICATION_FAILED', message: /reported that demo_app was installed, but it is not/ },
    detail: [],
  },
  'the wizard reports success without an effect': {
    step: 'set-up-company',
    when: { wizard: 'lie', mended: true },
    ...{ reason: 'VERIFICATION_FAILED', message: /reported that the company was set up, but it is not/ },
    detail: [],
  },
};

describe('a failure on a bench is named in plain words, and undone', { skip: noStandIn, concurrency: 3 }, () => {
  for (const [title, row] of Object.entries(rows)) {
    test(`a failure is named and undone: ${title}`, { timeout: 20_000 }, async (t) => {
      const bench = await openStandInBench(t);
      const empty = await files(bench);
      const before = stepBefore(row.step);
      if (before) await make(bench.host, plan, before);
      if (row.when) await bench.turn(row.when);
      await row.spoil?.(bench);

      const error = await failureOf(takeOnly(bench, row.step));
      assert.deepEqual([error.reason, error.transient], [row.reason, row.transient ?? false], error.detail);
      assert.match(error.message, row.message);
      for (const part of row.detail) assert.match(error.detail ?? '', part);
      assert.doesNotMatch(`${error.message}${error.detail}`, /canary/);

      if (title === 'the bench has vanished') return;
      await bench.turn({ mended: true });
      await replaceIn(config, 'canary-wrong', rootPassword)(bench);
      await unmake(bench.host, plan);
      assert.deepEqual(await files(bench), empty, 'nothing is left');
    });
  }

  test('a step that failed transiently succeeds when it is retried', { timeout: 20_000 }, async (t) => {
    const bench = await openStandInBench(t);
    for (const step of bench.host.steps(acme)) {
      await bench.turn({ databaseDown: 1 });
      assert.equal((await failureOf(step.run({ signal: ever, progress() {} }))).transient, true, step.name);
      await step.undo(ever);
      await step.run({ signal: ever, progress() {} });
      await step.verify(ever);
    }
    assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
  });

  test('an app whose after_install failed is installed by the retry', { timeout: 20_000 }, async (t) => {
    const bench = await openStandInBench(t);
    await failureOf(make(bench.host, plan));
    assert.equal(
      (await failureOf(make(bench.host, plan))).reason,
      'APP_INSTALL_FAILED',
      'it is listed, but not installed',
    );
    await bench.turn({ mended: true });
    await make(bench.host, plan);
    assert.equal(await bench.login(acme.siteName, acme.adminEmail, acme.adminPassword), 200);
  });

  test('a company that ERPNext did not create fails the verification', { timeout: 20_000 }, async (t) => {
    const bench = await openStandInBench(t);
    await bench.turn({ wizard: 'no-company' });
    const failure = await failureOf(make(bench.host, acme));
    assert.match(failure.message, /reported that the company was set up, but it is not/);
    assert.match(
      failure.detail ?? '',
      /^Document Insert Error\nTraceback \(most recent call last\):\n.+Abbreviation/ms,
    );
  });
});

/** Runs and verifies one step, without its check. */
async function takeOnly(bench: StandInBench, name: string): Promise<void> {
  const step = stepOf(bench.host, plan, name);
  await step.run({ signal: ever, progress() {} });
  await step.verify(ever);
}

function stepBefore(name: Row['step']): string | undefined {
  const order = ['preflight', 'create-site', 'install-app:demo_app', 'set-up-company'];
  return name === 'install-app:broken_app' ? 'install-app:demo_app' : order[order.indexOf(name) - 1];
}

/** The bench's files, without the switches, what hung processes say, Frappe's own log, and the fences, which stay. */
async function files(bench: StandInBench): Promise<readonly string[]> {
  const entries = await readdir(bench.path, { recursive: true });
  return entries
    .filter(
      (entry) => !/^(stand-in|reached|cleared)\.json$|^logs|^sites\/\.provisioning(\/fences|\/points$|$)/.test(entry),
    )
    .toSorted();
}
