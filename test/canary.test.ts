import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { openClient } from '../src/client/client.ts';
import { CreateCompanyDocument } from '../src/client/operations.ts';
import { openEmbeddedPostgres } from '../src/database/open-database.ts';
import { openPglite } from '../src/embedded/pglite.ts';
import { openEmbeddedRedis } from '../src/embedded/redis.ts';
import { createApiKey } from './support/api-keys.ts';
import { ask } from './support/ask.ts';
import { createCompany, requestFor, watchToEnd } from './support/test-service.ts';

/** Letters and digits in the middle are the same in every escaping. */
const password = 'canary "Zq7x9WKu2" & <more>';
const canaries = [
  'Zq7x9WKu2',
  ...(['base64', 'base64url', 'hex'] as const).map((code) => Buffer.from(password).toString(code)),
];
const assertClean = (text: string | Buffer, where: string): void => {
  for (const canary of canaries) assert.ok(!text.includes(canary), `a secret stands in ${where}`);
};

/** Where everything of the run lies that could have kept a password. */
const dataDir = mkdtempSync(join(tmpdir(), 'test-canary-'));
const redisDir = mkdtempSync(join(tmpdir(), 'test-canary-redis-'));
const redis = await openEmbeddedRedis(redisDir);
const wire = await listenIn(Number(new URL(redis.url).port));
const output: string[] = [];
const answers: string[] = [];
const byKey: string[] = [];
let exitCode: number | null = null;
let inbox = '';

after(async () => {
  wire.close();
  await redis.close();
  for (const folder of [dataDir, redisDir]) rmSync(folder, { recursive: true, force: true });
});

/** The whole service in a process of its own: a company that becomes ACTIVE, one that fails, a draft and bad requests. */
before(
  async () => {
    mkdirSync(join(dataDir, 'sites', 'taken.localhost'), { recursive: true });
    const { PATH, HOME } = process.env;
    const program = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
      env: { PATH, HOME, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'debug', REDIS_URL: wire.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(program, 'exit');
    program.stderr.setEncoding('utf8').on('data', (text: string) => void output.push(text));
    const lines = createInterface({ input: program.stdout });
    lines.on('line', (line) => void output.push(line));
    const lineOf = async (pattern: RegExp, count = 1): Promise<string> => {
      for (;;) {
        const found = output.filter((line) => pattern.test(line))[count - 1];
        if (found !== undefined) return found;
        await Promise.race([once(lines, 'line'), ended.then(() => Promise.reject(new Error(output.join('\n'))))]);
      }
    };

    const { port } = JSON.parse(await lineOf(/"msg":"listening"/));
    const url = `http://localhost:${port}/graphql`;
    const { inbox: inboxLink } = JSON.parse(await lineOf(/"inbox":/));
    const token = new URL(inboxLink).searchParams.get('token') ?? '';
    const client = openClient(url, token);
    for (const secret of await makeEndpoint(url, token)) canaries.push(secret.slice('whsec_'.length, -1));
    const made = await createCompany(client, requestFor('canary.localhost', { adminPassword: password }));
    assert.equal((await watchToEnd(client, made.id)).at(-1)?.status, 'ACTIVE');
    const failed = await createCompany(client, requestFor('taken.localhost', { adminPassword: password }));
    assert.equal((await watchToEnd(client, failed.id)).at(-1)?.status, 'FAILED');
    await createCompany(client, requestFor('draft.localhost', { adminPassword: password, draft: true }));

    const { key, apiKey } = await createApiKey(url, token, { name: 'canary', scopes: ['COMPANIES_WRITE'] });
    canaries.push(key.slice(apiKey.id.length));
    assert.equal((await watchToEnd(openClient(url, key), made.id)).at(-1)?.status, 'ACTIVE');
    const revoking = `mutation { revokeApiKey(id: "${apiKey.id}") { __typename } }`;
    for (const [bearer, query] of [
      [key, 'mutation { createCompany }'],
      [key, '{ serviceStatus { waiting } }'],
      [token, revoking],
      [key, '{ __typename }'],
      [`${key.slice(0, -1)}-`, '{ __typename }'],
    ] as const) {
      const { text } = await ask(url, {
        headers: { authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ query }),
      });
      byKey.push(text);
    }

    const input = requestFor('bad.localhost', { adminPassword: password });
    const { defaultCurrency, ...incomplete } = input;
    for (const bad of [
      { ...input, domain: 'canary.localhost' },
      { ...input, companyAbbr: 'too long for that' },
      { ...input, defaultCurrency: [defaultCurrency] },
      { ...input, extra: true },
      { ...input, adminPassword: { password } },
      { ...input, adminPassword: [password, 1] },
      incomplete,
    ]) {
      const body = JSON.stringify({ query: CreateCompanyDocument.toString(), variables: { input: bad } });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const answer = await fetch(url, { method: 'POST', body, headers });
      answers.push(await answer.text());
    }
    await lineOf(/mail accepted/, 2);
    inbox = await (
      await fetch(`${new URL(url).origin}/inbox`, { headers: { authorization: `Bearer ${token}` } })
    ).text();
    program.kill('SIGTERM');
    [exitCode] = await ended;
  },
  { timeout: 120_000 },
);

/** An endpoint whose messages fail, since nobody listens there: its secret, and the one that it gets afterwards. */
async function makeEndpoint(url: string, token: string): Promise<string[]> {
  const change = async (mutation: string) => {
    const query = `mutation { answer: ${mutation} { ... on WebhookSecretSuccess { secret endpoint { id } } } }`;
    const headers = { authorization: `Bearer ${token}` };
    return JSON.parse((await ask(url, { headers, body: JSON.stringify({ query }) })).text).data.answer;
  };
  const { secret, endpoint } = await change('createWebhookEndpoint(input: { url: "http://localhost:9/" })');
  const rotated = await change(`rotateWebhookSecret(endpointId: "${endpoint.id}")`);
  return [secret, rotated.secret];
}

test('an API key is in no answer but the one that created it; the tests below look for its secret and for those of webhooks too', () => {
  assert.deepEqual(
    byKey.map((text) => /"code":"(\w+)"|"(RevokeApiKeySuccess)"/.exec(text)?.slice(1).join('')),
    ['GRAPHQL_VALIDATION_FAILED', 'FORBIDDEN', 'RevokeApiKeySuccess', 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
  );
  assertClean(byKey.join('\n'), 'an answer');
});

describe('after a whole run the admin password', () => {
  test('the admin password is mailed, and the program ends in order', () => {
    assert.equal(exitCode, 0, output.join('\n'));
    assert.match(inbox, /Your Site is Ready: Acme Corporation/);
  });

  test('the admin password is not in the log', () => {
    const log = output.join('\n');
    assert.match(log, /"msg":"company is active"/);
    assert.match(log, /"msg":"provisioning failed"/);
    assertClean(log, 'the log');
  });

  for (const [index, name] of [
    'a name that is taken',
    'a field with a fault',
    'a field of another type',
    'an unknown field',
    'a password that is an object',
    'a password that is a list',
    'a field that is missing',
  ].entries()) {
    test(`the admin password is not in the answer to ${name}`, () => {
      const answer = answers[index] ?? '';
      assert.match(answer, /SiteNameTaken|ValidationError|"errors":/);
      assertClean(answer, answer);
    });
  }

  test('the admin password is never sent to Redis', async (t) => {
    assert.match(wire.heard(), /COMP-\d{4}-00001/);
    assertClean(wire.heard(), 'what went to Redis and back');
    const client = new Redis(redis.url);
    t.after(() => client.disconnect());
    const kept: string[] = [];
    for await (const keys of client.scanStream()) {
      for (const key of keys as string[]) kept.push(key, JSON.stringify(await readKey(client, key)));
    }
    // Nothing may be left by now; what went there was heard above.
    assertClean(kept.join('\n'), 'Redis');
  });

  test('the admin password is in no table in the clear, and encrypted only for companies that may need it', async () => {
    const { pglite, close } = await openPglite(dataDir);
    const database = openEmbeddedPostgres(pglite);
    const { em } = database;
    const tables = await em.execute<{ name: string }[]>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const rows = await Promise.all(tables.map(({ name }) => em.execute(`select t::text as text from ${name} t`)));
    const companies = await em.execute<{ site_name: string; sealed: boolean }[]>(
      'select site_name, sealed_password is not null as sealed from company order by position',
    );
    await database.close();
    await close();
    assert.match(JSON.stringify(rows), /Acme Corporation/);
    assertClean(JSON.stringify(rows), 'the database');
    assert.deepEqual(
      companies.map(({ site_name, sealed }) => [site_name, sealed]),
      [
        ['canary.localhost', false],
        ['taken.localhost', true],
        ['draft.localhost', true],
      ],
    );
  });

  test('the admin password is in no file but the mail in the inbox, which only its owner can read', async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    const inbox = join(dataDir, 'inbox');
    const mails = entries.filter(({ parentPath }) => parentPath === inbox).map(({ name }) => join(inbox, name));
    assert.ok(mails.length > 0);
    assert.deepEqual(
      [inbox, ...mails].map((path) => statSync(path).mode & 0o777),
      [0o700, ...mails.map(() => 0o600)],
    );
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    let sightings = 0;
    for (const file of files.filter((file) => !mails.includes(file))) {
      const bytes = readFileSync(file);
      if (bytes.includes('Acme Corporation')) sightings += 1;
      assertClean(bytes, file);
    }
    assert.ok(sightings >= 2, 'the search finds what is there: in the database and in the site');
  });
});

/** A listener in front of a port, that hears everything both sides say. */
async function listenIn(port: number) {
  const heard: Buffer[] = [];
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('data', (bytes) => void heard.push(bytes));
    const over = (): void => {
      // One side went away; the other one is told by the pipe.
    };
    pipeline(near, far, over);
    pipeline(far, near, over);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${own}`,
    heard: () => Buffer.concat(heard).toString('latin1'),
    close: () => server.close(),
  };
}

/** Whatever a key holds; DUMP is not known to every Redis that the service may run on. */
async function readKey(client: Redis, key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case 'hash':
      return client.hgetall(key);
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, '0', '-1');
    default:
      return client.get(key);
  }
}
