// The embedded default: nobody is signed in by being near, and a link signs in whoever can read what the server prints.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openClient } from '../src/client/client.ts';
import { NoSignInToken, signInToken } from '../src/embedded/sign-in-token.ts';
import { ask, askBySocket } from './support/ask.ts';
import { createCompany, openTestService, readCompany, requestFor } from './support/test-service.ts';

const parts = { api: true, worker: false };
/** It listens on every address of the machine. */
const { service, url, dataDir } = await openTestService(
  { after },
  { env: { AUTH_JWT_SECRET: '', HOST: '0.0.0.0' }, parts },
);
const port = service.port ?? 0;
const token = service.signInToken ?? '';
const inbox = url.replace('/graphql', '/inbox');
const developer = openClient(url, token);

const get = (address: string, headers: Record<string, string> = {}) => ask(address, { method: 'GET', headers });
const cookieOf = async (link: string): Promise<string> =>
  (await get(link)).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
const cookie = await cookieOf(`${url}?token=${token}`);

describe('the link', () => {
  for (const [name, page] of Object.entries({ GraphiQL: url, 'the inbox': inbox })) {
    test(`the link signs in to ${name} by a cookie of this host only, and leaves the address bar`, async () => {
      const address = new URL(name === 'GraphiQL' ? (service.pages.graphiql ?? '') : (service.pages.inbox ?? ''));
      address.searchParams.set('query', '{ a }');
      const { status, headers, text } = await get(address.href, { accept: 'text/html' });
      assert.deepEqual([status, text], [303, '']);
      assert.equal(headers.location, `${new URL(page).pathname}?query=%7B+a+%7D`);
      assert.match(
        `${headers['set-cookie']}`,
        new RegExp(`^company-provisioning-${port}=[\\da-f]{64}; Path=/; HttpOnly; SameSite=Strict$`),
      );
      assert.ok(!`${headers['set-cookie']}`.includes(token));
      assert.deepEqual([headers['cache-control'], headers['referrer-policy']], ['no-store', 'no-referrer']);
      assert.equal((await get(page, { accept: 'text/html', cookie })).status, 200);
    });

    test(`${name} asks for the link under a strict content security policy`, async () => {
      const { status, headers, text } = await get(page, { accept: 'text/html' });
      assert.equal(status, 401);
      assert.match(text, /Open the link that the server printed/);
      assert.match(
        `${headers['content-security-policy']}`,
        /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
      );
      assert.deepEqual([headers['cache-control'], headers['x-content-type-options']], ['no-store', 'nosniff']);
      assert.ok(!text.includes(token));
    });

    for (const [title, wrong] of Object.entries({ empty: '', 'too short': token.slice(1), unknown: '0'.repeat(64) })) {
      test(`a link with an ${title} token signs nobody in to ${name}`, async () => {
        const { status, headers } = await get(`${page}?token=${wrong}`, { accept: 'text/html' });
        assert.deepEqual([status, headers['set-cookie']], [401, undefined]);
      });
    }
  }

  test('the link signs nobody in through a proxy or under another host name', async () => {
    for (const [name, value] of [
      ['x-forwarded-for', '203.0.113.7'],
      ['host', 'rebound.example'],
    ] as const) {
      assert.equal((await get(`${url}?token=${token}`, { accept: 'text/html', [name]: value })).status, 401, name);
    }
  });

  test('a request without the link is told how to get it', async () => {
    const { status, challenge, text } = await ask(url);
    assert.deepEqual([status, challenge], [401, 'Bearer']);
    const [error] = JSON.parse(text).errors;
    assert.equal(error.extensions.code, 'UNAUTHENTICATED');
    assert.match(error.message, /open the link that was printed at start/);
    assert.ok(Buffer.byteLength(error.message) <= 123, 'a WebSocket can tell it as well');
    assert.equal(await askBySocket(url, {}), 4403);
  });

  test('the link’s token works for other clients from anywhere', async () => {
    const headers = { authorization: `Bearer ${token}` };
    for (const host of [`localhost:${port}`, 'behind-a-proxy.example']) {
      assert.equal((await ask(url, { headers: { ...headers, host } })).status, 200);
    }
    assert.deepEqual(await askBySocket(url, headers), { __typename: 'Query' });
    assert.equal((await get(inbox, headers)).status, 200);
    for (const authorization of [token, `Basic ${token}`, `Bearer ${token}0`, 'Bearer', 'Bearer a.b.c']) {
      const refused = { authorization, cookie };
      assert.equal((await ask(url, { headers: refused })).status, 401, 'a wrong one is not made good by the cookie');
      assert.equal(await askBySocket(url, { authorization }, { cookie }), 4403);
      assert.equal((await get(inbox, refused)).status, 401);
    }
  });

  test('the link’s token is kept in the data folder for its owner only, until the file is deleted', (t) => {
    const file = join(dataDir, 'sign-in-token');
    assert.equal(readFileSync(file, 'utf8'), token);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(signInToken(dataDir), token);
    t.after(() => writeFileSync(file, token));
    for (const broken of ['', '\n', 'abc']) {
      writeFileSync(file, broken);
      assert.throws(() => signInToken(dataDir), NoSignInToken);
    }
    rmSync(file);
    assert.notEqual(signInToken(dataDir), token);
  });
});

test('where AUTH_JWT_SECRET is set, the inbox still needs the link, which signs nobody in to the API', async (t) => {
  const configured = await openTestService(t, { parts });
  const { graphiql, inbox = '' } = configured.service.pages;
  assert.ok(graphiql && !graphiql.includes('token'));
  const own = { cookie: await cookieOf(inbox) };
  const page = inbox.split('?')[0] ?? '';
  assert.deepEqual([(await get(page)).status, (await get(page, own)).status], [401, 200]);
  assert.equal((await ask(configured.url, { headers: own })).status, 401);
  const authorization = `Bearer ${configured.service.signInToken}`;
  assert.equal((await ask(configured.url, { headers: { authorization } })).status, 401);
});

describe('the cookie', () => {
  const local = { host: `localhost:${port}` };
  const cases: readonly (readonly [title: string, headers: Record<string, string>, isLetIn: boolean])[] = [
    ['counts as localhost', local, true],
    ['counts as 127.0.0.1', { host: `127.0.0.1:${port}` }, true],
    ['counts as ::1', { host: `[::1]:${port}` }, true],
    ['counts from a page of the same origin', { ...local, origin: `http://localhost:${port}` }, true],
    ['counts by an address that was typed', { ...local, 'sec-fetch-site': 'none' }, true],
    ['does not count under a foreign name that leads here', { host: `rebound.example:${port}` }, false],
    [
      'does not count under a foreign name and its origin',
      { host: 'rebound.example', origin: 'http://rebound.example' },
      false,
    ],
    ['does not count under a name that begins like ours', { host: `localhost.evil.example:${port}` }, false],
    ['does not count under a name with our address in it', { host: `127.0.0.1.nip.io:${port}` }, false],
    ['does not count from a foreign page', { ...local, origin: 'https://evil.example' }, false],
    ['does not count from a page on another port', { ...local, origin: 'http://localhost:3000' }, false],
    ['does not count from a page without an origin of its own', { ...local, origin: 'null' }, false],
    ['does not count from https on this port', { ...local, origin: `https://localhost:${port}` }, false],
    [
      'does not count from a page of the same site, as browsers tell',
      { ...local, 'sec-fetch-site': 'same-site' },
      false,
    ],
    ['does not count by a link on a foreign page', { ...local, 'sec-fetch-site': 'cross-site' }, false],
    ...[
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-real-ip',
      'via',
      'cf-connecting-ip',
      'true-client-ip',
      'x-client-ip',
      'fly-client-ip',
      'tailscale-user-login',
      'x-original-forwarded-for',
    ].map(
      (name) =>
        [`does not count when something passed it on: ${name}`, { ...local, [name]: '127.0.0.1' }, false] as const,
    ),
  ];
  async function assertEverywhere(headers: Record<string, string>, isLetIn: boolean): Promise<void> {
    const status = isLetIn ? 200 : 401;
    assert.equal((await ask(url, { headers })).status, status);
    assert.equal((await get(`${url}?query=%7B__typename%7D`, headers)).status, status);
    assert.equal((await get(url, { ...headers, accept: 'text/html' })).status, status);
    assert.deepEqual(await askBySocket(url, {}, headers), isLetIn ? { __typename: 'Query' } : 4403);
    assert.equal((await get(inbox, headers)).status, status);
  }

  for (const [title, headers, isLetIn] of cases) {
    test(title, async () => {
      await assertEverywhere({ ...headers, cookie: `other=1; ${cookie}; another=2` }, isLetIn);
      await assertEverywhere(headers, false);
    });
  }

  const [name] = cookie.split('=');
  for (const [title, forged] of Object.entries({
    'with another value': cookie.replace(/.$/, '~'),
    'that is empty': `${name}=`,
    'with the token itself': `${name}=${token}`,
    'of another port': cookie.replace(`${port}`, '4000'),
  })) {
    test(`the cookie is not accepted ${title}`, () => assertEverywhere({ ...local, cookie: forged }, false));
  }

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  test('the cookie is not accepted from another machine', {
    skip: outside ? false : 'needs another address',
  }, async () => {
    const there = `http://${outside}:${port}/graphql`;
    const headers = { ...local, cookie };
    assert.equal((await ask(there, { headers })).status, 401);
    assert.equal(await askBySocket(there, {}, headers), 4403);
    assert.equal((await get(there.replace('/graphql', '/inbox'), headers)).status, 401);
  });
});

describe('other pages', async () => {
  const { id } = await createCompany(developer, requestFor('forged.localhost', { draft: true }));
  const query = `mutation { provisionCompany(companyId: "${id}") { __typename } }`;
  const form = `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query })}\r\n--x--\r\n`;
  for (const [type, body] of Object.entries({
    'application/x-www-form-urlencoded': new URLSearchParams({ query }).toString(),
    'multipart/form-data; boundary=x': form,
    'text/plain': JSON.stringify({ query }),
    'text/plain; application/json': JSON.stringify({ query }),
    'application/graphql': query,
  })) {
    test(`another page cannot act for the signed-in user by posting ${type}`, async () => {
      assert.equal((await ask(url, { headers: { 'content-type': type, cookie }, body })).status, 415);
      assert.equal((await readCompany(developer, id)).status, 'DRAFT');
    });
  }
  for (const accept of ['application/json', 'text/event-stream', '*/*']) {
    test(`another page cannot act for the signed-in user by a link, for ${accept}`, async () => {
      const address = `${url}?${new URLSearchParams({ query })}`;
      assert.equal((await get(address, { accept, cookie })).status, 405);
      assert.equal((await readCompany(developer, id)).status, 'DRAFT');
    });
  }
});
