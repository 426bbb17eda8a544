import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { siteHostContract } from '../support/site-host-contract.ts';
import { acme, another, ever, failureOf, make, stepOf, unmake } from '../support/site-plan.ts';
import { sleepingWorker } from '../support/sleeping-worker.ts';
import { asEarlierVersion } from './records.ts';
import { noStandIn, openStandInBench, type StandInBench } from './stand-in-bench.ts';

siteHostContract(
  'the stand-in bench',
  async (t) => {
    const bench = await openStandInBench(t);
    return {
      host: bench.host,
      siteFolder: (plan) => join(bench.path, 'sites', plan.siteName),
      login: async (plan) => (await bench.login(plan.siteName, plan.adminEmail, plan.adminPassword)) === 200,
      asEarlierVersion: (plan) => asEarlierVersion(bench.path, plan),
      async fallAsleep(plan) {
        await bench.turn({ 'new-site': 'hang' });
        const sleeper = await sleepingWorker(t, { host: { bench: bench.config }, plan, step: 'create-site' });
        await bench.reached();
        await bench.turn({});
        return sleeper;
      },
    };
  },
  { skip: noStandIn },
);

const record = (company: string, database: string) =>
  JSON.stringify({ company, database, finished: ['create-site', 'install-app:erpnext', 'install-app:demo_app'] });
const theirs = JSON.stringify({ db_name: 'theirs', db_password: 'theirs' });
const foreign: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a site without a record': { 'acme.localhost/site_config.json': theirs },
  'a site that another company’s record names': {
    'acme.localhost/site_config.json': theirs,
    '.provisioning/acme.localhost.json': record(another(2).owner, 'theirs'),
  },
  'a site with another database than our record says': {
    'acme.localhost/site_config.json': theirs,
    '.provisioning/acme.localhost.json': record(acme.owner, 'ours'),
  },
  'another company’s record of a site that is not there yet': {
    '.provisioning/acme.localhost.json': record(another(2).owner, 'theirs'),
  },
  'a file with the site’s name': { 'acme.localhost': 'precious' },
};

describe('a site of another owner is never touched', { skip: noStandIn, timeout: 60_000 }, () => {
  for (const [title, files] of Object.entries(foreign)) {
    test(`a step refuses and leaves alone ${title}`, async (t) => {
      const bench = await openStandInBench(t);
      await mkdir(join(bench.path, 'sites/.provisioning'));
      if (files['acme.localhost'] === undefined) await mkdir(join(bench.path, 'sites/acme.localhost'));
      for (const [path, text] of Object.entries(files)) await writeFile(join(bench.path, 'sites', path), text);
      for (const name of ['theirs', 'ours']) await writeFile(join(bench.path, `database/${name}.json`), '{}');
      const before = await contents(bench);
      for (const step of bench.host.steps(acme)) {
        assert.equal(await step.check(ever), false, step.name);
        const error = await failureOf(step.run({ signal: ever, progress() {} }));
        assert.equal(error.reason, 'SITE_NAME_TAKEN', step.name);
      }
      await unmake(bench.host, acme);
      assert.deepEqual(await contents(bench), before);
    });
  }

  test('a step refuses and leaves alone a database with the name of ours', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, acme, 'create-site');
    const { db_name: name } = (await bench.read('sites/acme.localhost/site_config.json')) as { db_name: string };
    await unmake(bench.host, acme);
    // For example of another bench on the same server.
    await writeFile(join(bench.path, `database/${name}.json`), '{"precious": true}');
    const before = await contents(bench);
    for (const step of ['preflight', 'create-site']) {
      const error = await failureOf(stepOf(bench.host, acme, step).run({ signal: ever, progress() {} }));
      assert.match(error.message, /database of this site’s name exists already; nothing was changed/);
    }
    await unmake(bench.host, acme);
    assert.deepEqual(await contents(bench), before);
  });
});

describe('several sites on one bench', { skip: noStandIn, timeout: 60_000 }, () => {
  test('two sites are created at the same time', async (t) => {
    const bench = await openStandInBench(t);
    const other = {
      ...acme,
      ...another(2),
      siteName: 'other.localhost',
      apps: ['demo_app'],
      country: 'Türkiye',
    };
    await Promise.all([acme, other].map((plan) => make(bench.host, plan)));
    for (const { siteName, adminEmail, adminPassword } of [acme, other]) {
      assert.equal(await bench.login(siteName, adminEmail, adminPassword), 200);
    }
    await unmake(bench.host, acme);
    assert.equal(await bench.login(other.siteName, other.adminEmail, other.adminPassword), 200);
  });

  test('exactly one of two companies that race for a bench site’s name gets it, and the other undoes nothing', async (t) => {
    const bench = await openStandInBench(t);
    const rivals = [acme, { ...acme, ...another(2) }].map((plan) => stepOf(bench.host, plan, 'create-site'));
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(rivals.map((step) => step.check(ever)));
      const outcomes = await Promise.allSettled(rivals.map((step) => step.run({ signal: ever, progress() {} })));
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      assert.deepEqual(
        lost.map(({ reason }) => reason.reason),
        ['SITE_NAME_TAKEN'],
      );
      const [winner, loser] = outcomes[0]?.status === 'fulfilled' ? rivals : rivals.toReversed();
      await loser?.undo(ever);
      await winner?.verify(ever);
      await winner?.undo(ever);
    }
  });
});

describe('the creation of a site on a bench', { skip: noStandIn, timeout: 60_000 }, () => {
  test('a progress bar of the bench becomes the step’s percent', async (t) => {
    const { host } = await openStandInBench(t);
    await make(host, acme, 'preflight');
    const last = { 'create-site': 95, 'install-app:erpnext': 95, 'install-app:demo_app': 95, 'set-up-company': 59 };
    for (const [name, percent] of Object.entries(last)) {
      const percents: number[] = [];
      await stepOf(host, acme, name).run({ signal: ever, progress: (percent) => percents.push(percent) });
      assert.ok(percents.length > 1, name);
      assert.deepEqual(
        percents,
        percents.toSorted((one, other) => one - other),
        name,
      );
      assert.equal(Math.floor(percents.at(-1) ?? 0), percent, name);
    }
  });

  test('output without end, newline or meaning takes little memory', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, acme, 'preflight');
    await bench.turn({ 'new-site': 'flood' });
    const before = process.resourceUsage().maxRSS;
    await stepOf(bench.host, acme, 'create-site').run({ signal: ever, progress() {} });
    // Of 96 MiB; in KiB.
    assert.ok(process.resourceUsage().maxRSS - before < 64 * 1024);
    await make(bench.host, acme);
  });

  test('a site’s database user may log in from the configured hosts, and is dropped with the database', async (t) => {
    const bench = await openStandInBench(t, { loginScope: '10.%' });
    const users = async () => (await readdir(join(bench.path, 'database/users'))).map((user) => user.split('@')[1]);
    await make(bench.host, acme);
    assert.deepEqual((await users()).toSorted(), ['10.%', 'localhost']);
    await unmake(bench.host, acme);
    assert.deepEqual(await users(), ['localhost']);
  });

  test('the wizard clears all caches of a site at its end, and not for each default that it sets', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, acme);
    const cleared = (await bench.read('cleared.json')) as readonly string[];
    assert.equal(cleared.at(-1), 'everything');
    assert.equal(cleared.indexOf('everything'), cleared.length - 1);
    assert.ok(cleared.length > 1, 'it sets defaults');
  });

  test('the company is as requested, and its log-in is checked without a web server too', async (t) => {
    const bench = await openStandInBench(t, { withoutWeb: true });
    await make(bench.host, acme);
    const { db_name: name } = (await bench.read('sites/acme.localhost/site_config.json')) as { db_name: string };
    const rows = (await bench.read(`database/${name}.json`)) as {
      readonly companies: readonly object[];
      readonly singles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
    const year = new Date().getUTCFullYear();
    assert.deepEqual(rows.companies, [
      {
        ...{ name: 'Acme Corporation', abbr: 'ACME', country: 'United States', default_currency: 'USD' },
        ...{ fy_start_date: `${year}-01-01`, fy_end_date: `${year}-12-31` },
      },
    ]);
    assert.equal(rows.singles['System Settings']?.['time_zone'], 'America/New_York');
    const other = { ...acme, adminPassword: 'another' };
    const error = await failureOf(stepOf(bench.host, other, 'verify').run({ signal: ever, progress() {} }));
    assert.match(error.detail ?? '', /^the administrator’s log-in is false and should be true$/);
  });

  for (const [asked, zone] of [
    [{ country: 'Taiwan' }, 'Asia/Taipei'],
    [{ timeZone: 'America/Los_Angeles' }, 'America/Los_Angeles'],
    [{ timeZone: 'Europe/Kyiv' }, /^Europe\/K(yiv|iev)$/],
  ] as const) {
    test(`the time zone is the requested one, or the capital’s: ${JSON.stringify(asked)}`, async (t) => {
      const bench = await openStandInBench(t, { withoutWeb: true });
      await make(bench.host, { ...acme, ...asked });
      const { db_name: name } = (await bench.read('sites/acme.localhost/site_config.json')) as { db_name: string };
      const { singles } = (await bench.read(`database/${name}.json`)) as {
        readonly singles: Readonly<Record<string, Readonly<Record<string, string>>>>;
      };
      assert.match(singles['System Settings']?.['time_zone'] ?? '', new RegExp(zone));
    });
  }

  for (const adminPassword of ['  canary at both ends ', 'canary<br>', '<i>canary</i>']) {
    test(`the password ‘${adminPassword}’ logs in unchanged`, async (t) => {
      const bench = await openStandInBench(t);
      await make(bench.host, { ...acme, adminPassword });
      assert.equal(await bench.login(acme.siteName, acme.adminEmail, adminPassword), 200);
      assert.equal(await bench.login(acme.siteName, acme.adminEmail, 'canary'), 401);
    });
  }

  test('files that root creates belong to the bench’s user', {
    skip: process.getuid?.() !== 0 && 'only root can',
  }, async (t) => {
    const nobody = 65_534;
    const bench = await openStandInBench(t, { owner: nobody });
    await make(bench.host, acme);
    for (const file of ['.provisioning/acme.localhost.json', 'acme.localhost/site_config.json']) {
      assert.equal((await stat(join(bench.path, 'sites', file))).uid, nobody, file);
    }
  });
});

/** Every file below the bench with its content and the time of its last change; fences record every request. */
async function contents(bench: StandInBench): Promise<readonly string[]> {
  const entries = await readdir(bench.path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const others = files.filter((file) => !file.includes('/.provisioning/fences/'));
  return Promise.all(
    others.toSorted().map(async (file) => `${file} ${(await stat(file)).mtimeMs} ${await readFile(file)}`),
  );
}
