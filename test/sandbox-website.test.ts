import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { issueSession, sessionSeconds } from '../src/site-hosts/sandbox/website/session.ts';
import { acme, another, login, openSandbox, provision, sidOf } from './support/sandbox.ts';

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
