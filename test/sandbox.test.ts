// The sandbox as a host and as a website: one service on one folder serves both, so they are tested together.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { parseCompanyId } from '../src/company/company-id.ts';
import { ownerName } from '../src/company/owner-name.ts';
import { isSiteName } from '../src/company/site-name.ts';
import { type SiteHost, SiteHostError, type SitePlan } from '../src/provisioning/site-host.ts';
import { hashPassword } from '../src/site-hosts/sandbox/password.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { issueSession, sessionSeconds } from '../src/site-hosts/sandbox/website/session.ts';
import { sandboxWebsite } from '../src/site-hosts/sandbox/website/website.ts';
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

test('a browser logs in, sees the company and logs out', async (t) => {
  const { host, ask } = await openSandbox(t);
  await provision(host, acme);

  const front = await ask(acme.siteName, 'GET', '/');
  assert.equal(front.status, 200);
  assert.match(front.text, /Sandbox site/);
  assert.match(front.text, /acme\.localhost/);
  assert.match(front.text, /<form method="post" action="\/login">/);
  assert.ok(!front.text.includes(acme.companyName), 'who has not logged in sees no company');
  assert.match(String(front.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);

  const wrong = await ask(acme.siteName, 'POST', '/login', { form: { usr: acme.adminEmail, pwd: 'wrong' } });
  assert.equal(wrong.status, 401);
  assert.match(wrong.text, /role="alert"/);
  assert.equal(wrong.headers['set-cookie'], undefined);

  const form = { usr: ` ${acme.adminEmail.toUpperCase()}`, pwd: acme.adminPassword };
  const right = await ask(acme.siteName, 'POST', '/login', { form });
  assert.deepEqual([right.status, right.headers.location], [303, '/']);
  assert.match(String(right.headers['set-cookie']), /^sid=.+; Path=\/; Max-Age=28800; HttpOnly; SameSite=Lax$/);

  const page = await ask(acme.siteName, 'GET', '/', { cookie: sidOf(right) });
  for (const shown of [
    'Acme',
    'ACM',
    'EUR',
    'Germany',
    'erpnext',
    'hrms',
    acme.adminEmail,
    'Log out',
    'Sandbox site',
  ]) {
    assert.ok(page.text.includes(shown), shown);
  }
  const out = await ask(acme.siteName, 'POST', '/logout', { cookie: sidOf(right) });
  assert.match(String(out.headers['set-cookie']), /^sid=; .*Max-Age=0/);
});

test('a program logs in to the sandbox as it does on Frappe', async (t) => {
  const { host, ask } = await openSandbox(t);
  await provision(host, acme);
  const answers = async (...question: Parameters<typeof ask>) => {
    const { status, text } = await ask(...question);
    return [status, JSON.parse(text)];
  };
  assert.deepEqual(await answers(acme.siteName, 'GET', '/api/method/ping'), [200, { message: 'pong' }]);
  assert.deepEqual((await answers(acme.siteName, 'GET', '/api/resource/company'))[0], 403);
  assert.deepEqual((await answers(acme.siteName, 'GET', '/api/method/login'))[0], 405);
  assert.deepEqual((await answers(acme.siteName, 'GET', '/api/constructor'))[0], 404);

  const credentials = { usr: acme.adminEmail, pwd: acme.adminPassword };
  for (const body of [{ json: credentials }, { form: credentials }]) {
    const accepted = await ask(acme.siteName, 'POST', '/api/method/login', body);
    assert.deepEqual(JSON.parse(accepted.text), { message: 'Logged In', full_name: 'Administrator' });
    const company = await answers(acme.siteName, 'GET', '/api/resource/company', { cookie: sidOf(accepted) });
    const place = { country: 'Germany', time_zone: 'Europe/Berlin' };
    const data = { company_name: 'Acme', abbr: 'ACM', default_currency: 'EUR', ...place };
    assert.deepEqual(company, [200, { data: { ...data, installed_apps: ['erpnext', 'hrms'] } }]);
  }
  for (const json of [
    { ...credentials, pwd: '' },
    { ...credentials, usr: 'nobody@acme.example' },
  ]) {
    const refused = await answers(acme.siteName, 'POST', '/api/method/login', { json });
    assert.deepEqual(refused, [401, { message: 'Invalid login credentials' }]);
  }
});

test('a session is valid on its own site only, unchanged, and until it expires', async (t) => {
  const { directory, host, ask } = await openSandbox(t);
  const other = { ...acme, ...another, siteName: 'other.localhost', companyName: 'Other' };
  await provision(host, acme);
  await provision(host, other);
  const opens = async (siteName: string, sid: string) =>
    (await ask(siteName, 'GET', '/api/resource/company', { cookie: `a=b; sid=${sid}` })).status === 200;

  const sid = sidOf(await login(ask, acme)).slice('sid='.length);
  assert.equal(await opens(acme.siteName, sid), true);
  assert.equal(await opens(other.siteName, sid), false, 'another site, although both know this email and password');

  const [payload = '', signature = ''] = sid.split('.');
  const forged = Buffer.from(JSON.stringify({ email: acme.adminEmail, expiresAt: Number.MAX_SAFE_INTEGER }));
  for (const tampered of [
    `${forged.toString('base64url')}.${signature}`,
    `${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    `${payload}.${signature.slice(0, -4)}`,
    `${payload}.`,
    payload,
    '.',
    '',
  ]) {
    assert.equal(await opens(acme.siteName, tampered), false, tampered);
  }

  const { sessionSecret } = JSON.parse(await readFile(join(directory, acme.siteName, 'users.json'), 'utf8'));
  const signedAt = (now: number) => issueSession(sessionSecret, acme.adminEmail, now);
  assert.equal(await opens(acme.siteName, signedAt(Date.now())), true);
  assert.equal(await opens(acme.siteName, signedAt(Date.now() - sessionSeconds * 1000)), false, 'run out');
  assert.equal(await opens(acme.siteName, issueSession(sessionSecret, 'gone@acme.example', Date.now())), false);
});

test('a Host header finds a site by its name, and nothing else', async (t) => {
  const { directory, host, ask } = await openSandbox(t);
  const inner = openSandboxHost({ directory: join(directory, 'inner') });
  await provision(host, acme);
  await provision(inner, acme);

  for (const good of ['acme.localhost', 'ACME.localhost:4000', 'Acme.LocalHost']) {
    assert.equal((await ask(good, 'GET', '/api/method/ping')).status, 200, good);
  }
  for (const bad of [
    'unknown.localhost',
    'localhost',
    'acme',
    '',
    'inner/acme.localhost',
    'inner%2facme.localhost',
    'inner\\acme.localhost',
    '../acme.localhost',
    './acme.localhost',
    '..%2facme.localhost',
    `..${directory}/acme.localhost`,
    `${directory}/acme.localhost`,
    'acme.localhost/',
    'acme.localhost:80:80',
    'acme.localhost.',
    '.partial',
    '127.0.0.1',
  ]) {
    const { status, text } = await ask(bad, 'GET', '/');
    assert.deepEqual([status, text], [404, 'not a site'], bad);
  }
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

test('names from the request are shown as text and never as markup', async (t) => {
  const { host, ask } = await openSandbox(t);
  const evil = { ...acme, companyName: `<script>alert("1")</script>`, companyAbbr: `"'><b>`, country: '&lt;<i>' };
  await provision(host, evil);
  const page = await ask(evil.siteName, 'GET', '/', { cookie: sidOf(await login(ask, evil)) });
  assert.ok(page.text.includes('&#60;script&#62;alert(&#34;1&#34;)'), 'the name is there');
  for (const markup of ['<script', '<b>', '<i>']) assert.ok(!page.text.includes(markup), markup);

  const form = { usr: '"><script>1</script>', pwd: 'x' };
  const refused = await ask(evil.siteName, 'POST', '/login', { form });
  assert.ok(refused.text.includes('value="&#34;&#62;&#60;script&#62;'), 'what was typed is given back as text');
});

test('failed log-ins are limited at each site, with the same message for every user', async (t) => {
  const { host, ask } = await openSandbox(t);
  const [site, other] = await provisionSites(host, 2);
  assert.ok(site && other);
  /** Tries until it is refused: the minute in which tries are counted may end among them, and once only. */
  const refused = async (path: string, usr: string) => {
    for (let tried = 0; tried <= 40; tried += 1) {
      const answer = await ask(site.siteName, 'POST', path, { form: { usr, pwd: 'wrong' } });
      if (answer.status !== 401) return { ...answer, text: answer.text.replace(/\d+ seconds?/, '… seconds') };
    }
    return assert.fail('41 failed log-ins were answered');
  };
  const program = await refused('/api/method/login', site.adminEmail);
  assert.equal(program.status, 429);
  assert.equal(program.text, '{"message":"Too many log-in attempts; try again in … seconds."}');
  const seconds = Number(program.headers['retry-after']);
  assert.ok(seconds >= 1 && seconds <= 60);
  const stranger = await refused('/api/method/login', 'nobody@acme.example');
  assert.deepEqual([stranger.status, stranger.text], [429, program.text]);
  const browser = await refused('/login', site.adminEmail);
  assert.equal(browser.status, 429);
  assert.match(browser.text, /Too many log-in attempts/);
  // Another site has its own count, and successful log-ins are not counted at all.
  for (let times = 0; times < 25; times += 1) assert.equal((await login(ask, other)).status, 200);
});

test('failed log-ins are limited for each address, across all sites', async (t) => {
  const { host, ask } = await openSandbox(t);
  const sites = await provisionSites(host, 8);
  const statuses: number[] = [];
  // Too few at each site to be too many there; and of 128 more than 60 are within one minute.
  for (let times = 0; times < 16; times += 1) {
    const wrong = sites.map((site) => login(ask, { ...site, adminPassword: 'wrong' }));
    for (const { status } of await Promise.all(wrong)) statuses.push(status);
  }
  assert.ok(statuses.filter((status) => status === 401).length >= 60);
  assert.ok(statuses.includes(429));
});

test('a flood of log-ins leaves provisioning the threads that it needs', async (t) => {
  const { host, ask } = await openSandbox(t);
  const sites = await provisionSites(host, 4);
  let checked = 0;
  const { promise: oneChecked, resolve: oneIsChecked } = Promise.withResolvers<void>();
  const flood = Array.from({ length: 15 }, () => sites)
    .flat()
    .map(async (site) => {
      const { status } = await login(ask, site);
      if (status !== 200) return assert.equal(status, 429);
      checked += 1;
      return oneIsChecked();
    });
  await oneChecked;
  for (let made = 0; made < 4; made += 1) await hashPassword('of a site that is being made');
  assert.ok(checked <= 30, `four sites behind ${checked} of 60 log-ins`);
  await Promise.all(flood);
});

test('request bodies that are too large or malformed are refused without internals', async (t) => {
  const { host, ask } = await openSandbox(t);
  await provision(host, acme);
  const post = (body: string, type = 'application/json') =>
    ask(acme.siteName, 'POST', '/api/method/login', { body, headers: { 'content-type': type } });

  const limit = 16 * 1024;
  const padded = (size: number) => JSON.stringify({ usr: 'a', pwd: 'b' }).padEnd(size);
  assert.equal((await post(padded(limit))).status, 401, 'the limit itself is fine');
  for (const size of [limit + 1, 500_000]) assert.equal((await post(padded(size))).status, 413);
  assert.equal((await post('{')).status, 400);
  assert.equal((await post('null')).status, 400);
  assert.equal((await post('{"usr":{"$gt":""},"pwd":1}')).status, 400);
  assert.equal((await post('usr=a&pwd=b', 'text/plain')).status, 415);
  for (const answer of [await post('{'), await post(padded(limit + 1))]) {
    assert.deepEqual(Object.keys(JSON.parse(answer.text)), ['message']);
    assert.doesNotMatch(answer.text, /Error| at /);
  }
});

test('a client that never stops sending is disconnected', { timeout: 30_000 }, async (t) => {
  const { host, port } = await openSandbox(t);
  await provision(host, acme);
  const headers = { host: acme.siteName, 'content-type': formType };
  const sending = request({ host: '127.0.0.1', port, method: 'POST', path: '/login', headers, agent: false });
  const forEver = function* () {
    for (;;) yield Buffer.alloc(64 * 1024, 'x');
  };
  await assert.rejects(pipeline(forEver, sending), { code: /EPIPE|ECONNRESET|ERR_STREAM_PREMATURE_CLOSE/ });
});

test('internal errors return a bare 500 and are passed to onError', async (t) => {
  const { directory, host, ask, faults } = await openSandbox(t);
  await provision(host, acme);
  const apps = join(directory, acme.siteName, 'apps.json');
  await rm(apps);
  await mkdir(apps); // cannot be read as a file
  const answer = await ask(acme.siteName, 'POST', '/login', { form: { usr: 'a', pwd: 'b' } });
  assert.equal(answer.status, 500);
  assert.doesNotMatch(answer.text, /EISDIR|apps\.json/);
  assert.match(String(faults), /EISDIR/);
});

const ever = new AbortController().signal;

function companyId(number: number) {
  const id = parseCompanyId(`COMP-2026-0000${number}`);
  assert.ok(id);
  return id;
}

const another = { companyId: companyId(2), owner: ownerName({ id: companyId(2), identity: randomUUID() }) };

const acme: SitePlan = {
  companyId: companyId(1),
  owner: `${companyId(1)}.0b0e6f3c-5d1f-4c58-9a53-6f0d0c1b7a01`,
  fencingToken: 1,
  siteName: 'acme.localhost',
  companyName: 'Acme',
  companyAbbr: 'ACM',
  adminEmail: 'ada@acme.example',
  adminPassword: 'Correct-horse-7',
  defaultCurrency: 'EUR',
  country: 'Germany',
  apps: ['erpnext', 'hrms'],
};

async function provision(host: SiteHost, plan: SitePlan): Promise<void> {
  for (const step of host.steps(plan)) {
    if (await step.check(ever)) continue;
    await step.run({ signal: ever, progress() {} });
    await step.verify(ever);
  }
}

/** A sandbox in a directory of its own, with its website on a real port. */
async function openSandbox(t: TestContext) {
  const parent = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const directory = join(parent, 'sites');
  const faults: unknown[] = [];
  const website = sandboxWebsite({ directory, onError: (error) => faults.push(error) });
  const server = createServer(async (req, res) => {
    if (!(await website(req, res))) res.writeHead(404).end('not a site');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await rm(parent, { recursive: true });
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { directory, host: openSandboxHost({ directory }), faults, port: address.port, ask: asker(address.port) };
}

interface Sent {
  readonly cookie?: string;
  readonly json?: unknown;
  readonly form?: Record<string, string>;
  readonly body?: string;
  readonly headers?: OutgoingHttpHeaders;
}

const formType = 'application/x-www-form-urlencoded';

const asker =
  (port: number) =>
  async (host: string, method: string, path: string, sent: Sent = {}) => {
    const headers: OutgoingHttpHeaders = { host, ...sent.headers };
    if (sent.cookie !== undefined) headers.cookie = sent.cookie;
    if (sent.json !== undefined) headers['content-type'] = 'application/json';
    if (sent.form !== undefined) headers['content-type'] = formType;
    const req = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    const form = sent.form && new URLSearchParams(sent.form).toString();
    req.end(sent.body ?? form ?? (sent.json === undefined ? undefined : JSON.stringify(sent.json)));
    const [res] = await once(req, 'response');
    let text = '';
    for await (const chunk of res.setEncoding('utf8')) text += chunk;
    return { status: Number(res.statusCode), headers: res.headers, text };
  };
type Ask = ReturnType<typeof asker>;

const login = (ask: Ask, { siteName, adminEmail: usr, adminPassword: pwd }: SitePlan) =>
  ask(siteName, 'POST', '/api/method/login', { json: { usr, pwd } });

async function provisionSites(host: SiteHost, count: number): Promise<SitePlan[]> {
  const plans = Array.from({ length: count }, (_, index) => {
    const id = companyId(index + 1);
    return {
      ...acme,
      companyId: id,
      owner: ownerName({ id, identity: randomUUID() }),
      siteName: `site-${index}.localhost`,
    };
  });
  for (const plan of plans) await provision(host, plan);
  return plans;
}

const sidOf = (answer: Awaited<ReturnType<Ask>>): string => String(answer.headers['set-cookie']).split(';')[0] ?? '';
