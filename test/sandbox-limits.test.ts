import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { hashPassword } from '../src/site-hosts/sandbox/password.ts';
import { acme, formType, login, openSandbox, provision, provisionSites } from './support/sandbox.ts';

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
