// The console as it is served: what a browser may load and run, and what it keeps.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { CreateCompanyDocument } from '../src/client/operations.ts';
import { ask } from './support/ask.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const signInPage = 'https://login.example.com/sign-in?a=1&b="2"';
const { url } = await openTestService(
  { after },
  { parts: { api: true, worker: false }, env: { CONSOLE_SIGN_IN_URL: signInPage } },
);
const origin = new URL(url).origin;
const get = (path: string, headers: Record<string, string> = {}) =>
  ask(`${origin}${path}`, { method: 'GET', headers: { accept: 'text/html', ...headers } });
const page = await get('/console/');
const loaded = [...page.text.matchAll(/(?:href|src)="(\/console\/[^"]+)"/g)].map(([, address = '']) => address);

test('a browser is led to the console, and everything else to the API', async () => {
  assert.equal((await get('/')).headers.location, '/console/');
  assert.equal((await get('/', { accept: '*/*' })).headers.location, '/graphql');
  const { status, headers } = await get('/console');
  assert.deepEqual([status, headers.location], [308, '/console/']);
});

test('every address of the console is the same page, which needs no sign-in', async () => {
  assert.equal(page.status, 200);
  for (const path of ['/console/new', '/console/companies/COMP-2026-00001', '/console/?text=a.b']) {
    assert.equal((await get(path)).text, page.text, path);
  }
});

test('the page runs the modules of this server and nothing else', () => {
  const policy = `${page.headers['content-security-policy']}`;
  const [, importMap = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(page.text) ?? [];
  const hash = createHash('sha256').update(importMap).digest('base64');
  assert.match(policy, /default-src 'none'/);
  assert.ok(policy.includes(`script-src 'self' 'sha256-${hash}';`), policy);
  assert.ok(!/unsafe|https?:/.test(policy), policy);
  assert.equal(page.text.match(/<script/g)?.length, 2);
  assert.ok(!/ style=| on\w+=/.test(page.text));
  for (const address of Object.values<string>(JSON.parse(importMap).imports))
    assert.ok(loaded.includes(address), address);
});

test('what the page loads is JavaScript that browsers keep for ever', async () => {
  assert.ok(loaded.length > 5);
  for (const address of loaded) {
    const { status, headers, text } = await get(address);
    assert.equal(status, 200, address);
    assert.match(`${headers['content-type']}`, /^text\/javascript/);
    assert.match(`${headers['cache-control']}`, /immutable/);
    assert.ok(!/\binterface \w+ \{|sourceMappingURL|https?:\/\/(?!www\.w3\.org)[^'"` ]+['"`]/.test(text), address);
  }
});

test('the page itself is asked for again, and answered with 304 while it is the same', async () => {
  const { headers } = page;
  assert.equal(headers['cache-control'], 'no-cache');
  assert.equal((await get('/console/', { 'if-none-match': `${headers.etag}` })).status, 304);
});

test('an address with another hash is not found', async () => {
  const { status } = await get((loaded[0] ?? '').replace(/console\/[^/]+/, 'console/AAAAAAAAAAAA'));
  assert.equal(status, 404);
});

test('browsers get everything compressed', async () => {
  const address = `${origin}${loaded.find((path) => path.endsWith('/main.ts'))}`;
  const read = async (encoding: string) => {
    const response = await fetch(address, { headers: { 'accept-encoding': encoding } });
    return { encoding: response.headers.get('content-encoding'), text: await response.text() };
  };
  const { text } = await read('identity');
  assert.deepEqual(await read('gzip, br'), { encoding: 'br', text });
  assert.deepEqual(await read('gzip'), { encoding: 'gzip', text });
});

test('the page names the sign-in page, whatever is in its address', () => {
  assert.ok(page.text.includes('content="https://login.example.com/sign-in?a=1&#38;b=&#34;2&#34;"'), page.text);
});

test('the console is only read', async () => {
  assert.equal((await ask(`${origin}/console/`, { method: 'POST', body: '{}' })).status, 405);
});

test('a failure mail links to the company at CONSOLE_URL, and no site can have its name', async (t) => {
  const env = { CONSOLE_URL: 'https://companies.example.com/console' };
  const { service, clientOf } = await openTestService(t, { env });
  const jane = await clientOf('jane', 'customer');
  const { id } = await createCompany(jane, requestFor('fail-create-site.acme.localhost'));
  const mail = await service.mailbox?.next(() => true, t.signal);
  assert.ok(mail?.text?.includes(`https://companies.example.com/console/companies/${id}\n`), mail?.text);
  const { createCompany: answer } = await jane.execute(CreateCompanyDocument, {
    input: requestFor('companies.example.com'),
  });
  assert.equal(answer.__typename, 'ValidationError');
});
