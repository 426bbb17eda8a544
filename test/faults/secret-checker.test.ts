import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type PrivateServer, serversMissing, startPostgres, startRedis } from '../support/private-servers.ts';
import { secretsLeft } from './secret-checker.ts';

const canary = 'canary "Zq7x9WKu2" \\ & <ünd mehr>';
const harmless = 'canary "Zq7x9WKu3" \\ & <ünd mehr>';

describe('the search for secrets', { skip: serversMissing, timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'test-secrets-left-'));
  let postgres: PrivateServer;
  let redis: PrivateServer;
  let database: Client;
  let keys: Redis;

  before(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    database = new Client(postgres.url);
    await database.connect();
    keys = new Redis(redis.url);
    await database.query('create table note (text text, json jsonb, bytes bytea)');
    mkdirSync(join(folder, 'below'));
  });
  after(async () => {
    keys?.disconnect();
    await database?.end();
    await Promise.all([postgres?.close(), redis?.close()]);
    rmSync(folder, { recursive: true });
  });

  const search = (logs: Record<string, string> = {}): Promise<readonly string[]> =>
    secretsLeft({
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      logs,
      folders: [folder],
      canaries: [canary],
    });

  async function assertFound(place: string, put: (secret: string) => Promise<unknown>, remove: () => Promise<unknown>) {
    await put(harmless);
    assert.deepEqual(await search(), [], `nothing else is taken for it in ${place}`);
    await put(canary);
    const [sighting = 'nothing'] = await search();
    assert.ok(sighting.startsWith(place), `${place}, but found: ${sighting}`);
    await remove();
  }

  const insert = (column: string) => (value: string | Buffer) =>
    database.query(`insert into note (${column}) values ($1)`, [value]);
  const emptied = () => database.query('delete from note');

  test('the search finds a secret in the database as text, in JSON and in bytes', async () => {
    await assertFound('the database', insert('text'), emptied);
    await assertFound('the database', (secret) => insert('json')(JSON.stringify({ secret })), emptied);
    await assertFound('the database', (secret) => insert('bytes')(Buffer.from(secret)), emptied);
  });

  test('the search finds a secret under every type of key in Redis', async () => {
    const emptied = () => keys.flushall();
    for (const put of [
      (secret: string) => keys.set(secret, 1),
      (secret: string) => keys.set('string', secret),
      (secret: string) => keys.hset('hash', 'field', JSON.stringify({ secret })),
      (secret: string) => keys.lpush('list', secret),
      (secret: string) => keys.sadd('set', secret),
      (secret: string) => keys.zadd('zset', 1, secret),
    ]) {
      await assertFound('Redis', put, emptied);
    }
    await keys.xadd('stream', '*', 'field', harmless);
    await assert.rejects(search(), /stream/, 'what it cannot search is no clean place');
    await emptied();
  });

  test('the search finds a secret in files at any depth', async () => {
    const file = join(folder, 'below', 'file');
    await assertFound(
      file,
      async (secret) => writeFileSync(file, `{"password":${JSON.stringify(secret)}}`),
      async () => rmSync(file),
    );
  });

  for (const [spelling, spell] of [
    ['text', (secret) => secret],
    ['JSON', (secret) => JSON.stringify({ secret })],
    ['a URL', (secret) => `?a=${encodeURIComponent(secret)}`],
    ['a form', (secret) => new URLSearchParams({ a: secret }).toString()],
    ['hex', (secret) => `\\x${Buffer.from(`a${secret}`).toString('hex')}`],
    ['upper hex', (secret) => Buffer.from(`a${secret}`).toString('hex').toUpperCase()],
    ...(['base64', 'base64url'] as const).flatMap((encoding) =>
      ['', 'a', 'ab', 'abc'].map((before): [string, (secret: string) => string] => [
        `${encoding} after ${before.length}`,
        (secret) => Buffer.from(`${before}${secret}${before}`).toString(encoding),
      ]),
    ),
  ] satisfies [string, (secret: string) => string][]) {
    test(`the search finds a secret in a log as ${spelling}`, async () => {
      assert.deepEqual(await search({ 'api-1': spell(harmless) }), []);
      const [sighting = 'nothing'] = await search({ 'api-1': `before ${spell(canary)} after` });
      assert.ok(sighting.startsWith('the log of api-1'), sighting);
    });
  }
});
