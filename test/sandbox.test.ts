import assert from 'node:assert/strict';
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSiteName } from '../src/company/site-name.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { acme, another, ever, login, openSandbox, provision } from './support/sandbox.ts';
import { siteHostContract } from './support/site-host-contract.ts';
import { sleepingWorker } from './support/sleeping-worker.ts';

siteHostContract('the sandbox', async (t) => {
  const { directory, host, ask } = await openSandbox(t);
  return {
    host,
    siteFolder: (plan) => join(directory, plan.siteName),
    async asEarlierVersion({ siteName, companyId, owner }) {
      const file = join(directory, siteName, 'site_config.json');
      const config = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...config, owner: undefined, companyId }));
      await rename(join(directory, '.claims', owner), join(directory, '.claims', companyId));
    },
    async fallAsleep(plan) {
      for (const step of host.steps(plan).slice(0, -2)) await step.run({ signal: ever, progress() {} });
      return sleepingWorker(t, { host: { sandbox: directory }, plan, step: 'set-up-company' });
    },
    async login({ siteName, adminEmail: usr, adminPassword: pwd }) {
      const { status } = await ask(siteName, 'POST', '/api/method/login', { json: { usr, pwd } });
      assert.ok([200, 401, 404].includes(status));
      return status === 200;
    },
  };
});

test('a finished or undone site leaves no partial files, and its files are readable by their owner only', async (t) => {
  const { directory, host } = await openSandbox(t);
  await provision(host, acme);
  const claims = async () => (await readdir(join(directory, '.claims'), { recursive: true })).toSorted();
  const onlyTheToken = [acme.owner, join(acme.owner, '1')];
  assert.deepEqual(await claims(), onlyTheToken);
  const folder = join(directory, acme.siteName);
  const files = await readdir(folder);
  assert.deepEqual(files.toSorted(), ['apps.json', 'company.json', 'site_config.json', 'users.json', 'verified.json']);
  for (const file of files) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600, file);
  for (const step of host.steps(acme).toReversed()) await step.undo(ever);
  assert.deepEqual(await readdir(directory), ['.claims']);
  assert.deepEqual(await claims(), onlyTheToken);
});

test('undoing a step brings back exactly what was there before it', async (t) => {
  const { directory, host } = await openSandbox(t);
  const files = async () => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return Promise.all(paths.toSorted().map(async (path) => [path, await readFile(path, 'utf8')]));
  };
  await host.steps(acme)[0]?.run({ signal: ever, progress() {} });
  for (const step of host.steps(acme)) {
    const before = await files();
    await step.run({ signal: ever, progress() {} });
    await step.undo(ever);
    assert.deepEqual(await files(), before, step.name);
    await step.run({ signal: ever, progress() {} });
  }
});

test('leftovers of a killed process are removed by undo and by the next run', async (t) => {
  const { directory, host, ask } = await openSandbox(t);
  const claim = join(directory, '.claims', acme.owner, '1');
  const partial = join(claim, 'site');
  const [, createSite] = host.steps(acme);
  for (const clear of [() => createSite?.undo(ever), () => createSite?.run({ signal: ever, progress() {} })]) {
    await mkdir(partial, { recursive: true });
    await writeFile(join(claim, 'site_config.json'), '{"sandbox": tr'); // killed while it was written
    assert.equal((await ask(acme.siteName, 'GET', '/')).status, 404, 'what is half-made is not served');
    assert.equal(await createSite?.check(ever), false);
    await clear();
    await assert.rejects(access(partial));
  }
  const folder = join(directory, acme.siteName);
  await writeFile(join(folder, 'apps.json'), '["erpn'); // a torn file is as good as none
  await writeFile(join(claim, 'users.json'), '{');
  await provision(host, acme);
  assert.equal((await login(ask, acme)).status, 200);
});

test('exactly one of two companies that race for a sandbox site’s name gets it', async (t) => {
  const { host, ask } = await openSandbox(t);
  const rivals = [acme, { ...acme, ...another, companyName: 'Rival' }];
  const outcomes = await Promise.allSettled(rivals.map((plan) => provision(host, plan)));
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.reason);
  assert.deepEqual(lost, ['SITE_NAME_TAKEN']);
  assert.equal((await login(ask, acme)).status, 200);
});

test('the verification finds every deviation from the plan', async (t) => {
  const { directory, host } = await openSandbox(t);
  const folder = join(directory, acme.siteName);
  const spoil = async (file: string, from: string, to: string) => {
    const text = await readFile(join(folder, file), 'utf8');
    assert.ok(text.includes(from), `${file} has ${from}`);
    await writeFile(join(folder, file), text.replace(from, to));
  };
  const spoilers = [
    () => spoil('company.json', '"EUR"', '"USD"'),
    () => spoil('company.json', '"Germany"', '"France"'),
    () => spoil('company.json', '"ACM"', '"ACME"'),
    () => spoil('company.json', '"Acme"', '"Acmé"'),
    () => spoil('apps.json', '"hrms"', '"crm"'),
    () => spoil('users.json', acme.adminEmail, 'eve@acme.example'),
    () => spoil('users.json', '"hash": "', '"hash": "AAAA'),
    () => rm(join(folder, 'company.json')),
  ];
  for (const spoilIt of spoilers) {
    await provision(host, acme);
    await spoilIt();
    const verify = host.steps(acme).at(-1);
    assert.equal(await verify?.check(ever), false, spoilIt.toString());
    await assert.rejects(
      async () => verify?.run({ signal: ever, progress() {} }),
      (error) => error instanceof SiteHostError && error.reason === 'VERIFICATION_FAILED',
    );
    for (const step of host.steps(acme).toReversed()) await step.undo(ever);
  }
});

test('an error of the disk is a failure of the host, not a defect', async (t) => {
  const { directory } = await openSandbox(t);
  await writeFile(directory, 'a file in the place of the directory');
  const host = openSandboxHost({ directory });
  await assert.rejects(
    provision(host, acme),
    (error) => error instanceof SiteHostError && error.reason === 'HOST_UNAVAILABLE',
  );
});

test('site names are host names of two labels or more', () => {
  const label = 'a'.repeat(63);
  const good = ['acme.localhost', 'a.b', 'a-1.example.com', '1.2.3.x4', `${label}.example`];
  const bad = [
    'acme',
    'xn--bcher-kva.example',
    'www.acme.example',
    'a..b',
    '.a.b',
    'a.b.',
    '-a.b',
    'a-.b',
    'A.b',
    'a_b.c',
    'ä.b',
    'a.b\n',
    '10.0.0.1',
    'a b.c',
    '..',
  ];
  const tooLong = [`${label}a.example`, `${Array(4).fill(label).join('.')}.example`];
  for (const name of good) assert.equal(isSiteName(name), true, name);
  for (const name of [...bad, ...tooLong]) assert.equal(isSiteName(name), false, name);
});
