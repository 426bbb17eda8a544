// What starts when nothing is configured, each part once: they share the set-up of processes and folders.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import Queue from 'bee-queue';
import { Redis } from 'ioredis';
import { developmentKeys } from '../src/embedded/development-keys.ts';
import { FolderInUseError, lockFolder } from '../src/embedded/folder-lock.ts';
import { openPglite } from '../src/embedded/pglite.ts';
import { openEmbeddedRedis } from '../src/embedded/redis.ts';
import { findRedisServer } from '../src/embedded/redis-server.ts';

const limit = { timeout: 60_000 };

function folder(t: TestContext): string {
  // A space in the name: nobody may split it.
  const made = mkdtempSync(join(tmpdir(), 'embedded test-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Runs a module in a process of its own until it prints a line; gives that line. */
async function otherProcess(t: TestContext, module: string): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', module], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, line };
}

const source = (file: string): string => JSON.stringify(new URL(`../src/embedded/${file}`, import.meta.url).href);

test('development keys that others could read become readable for their owner only', (t) => {
  const dataDir = folder(t);
  const keys = developmentKeys(dataDir);
  const file = join(dataDir, 'development-keys.json');
  chmodSync(file, 0o644);
  assert.deepEqual(developmentKeys(dataDir), keys);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

describe('embedded PostgreSQL', limit, () => {
  test('PGlite refuses a second process, survives a killed one and keeps its data', async (t) => {
    const dataDir = join(folder(t), 'not', 'yet', 'there');
    const { child } = await otherProcess(
      t,
      `import { openPglite } from ${source('pglite.ts')};
       const { pglite } = await openPglite(${JSON.stringify(dataDir)});
       await pglite.exec("create table note (at timestamptz); insert into note values ('2026-01-02 03:04:05+00')");
       console.log('written');
       process.stdin.resume();`,
    );
    await assert.rejects(openPglite(dataDir), (error) => {
      assert(error instanceof FolderInUseError);
      assert.equal(error.pid, child.pid);
      assert.match(error.message, /DATA_DIR.*DATABASE_URL/);
      return true;
    });

    child.kill('SIGKILL');
    await once(child, 'exit');
    const first = await openPglite(dataDir);
    t.after(() => first.close());
    await assert.rejects(openPglite(dataDir), /in use by this process already/);
    // Moments are Dates, as queries read them from a PostgreSQL server as well.
    const { rows } = await first.pglite.query('select at, array[at, null] as many from note');
    const moment = new Date('2026-01-02T03:04:05Z');
    assert.deepEqual(rows, [{ at: moment, many: [moment, null] }]);
    await first.pglite.exec('insert into note select now() from generate_series(1, 9)');
    await first.close();
    await first.close();

    const second = await openPglite(dataDir);
    t.after(() => second.close());
    assert.deepEqual((await second.pglite.query('select count(*)::int from note')).rows, [{ count: 10 }]);
  });

  test('PGlite’s folder is its owner’s only, and a folder that cannot be created is reported', {
    skip: process.platform !== 'linux',
  }, async (t) => {
    const dataDir = join(folder(t), 'data');
    await (await openPglite(dataDir)).close();
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);

    const own = join(dataDir, 'postgres');
    chmodSync(own, 0o755);
    await (await openPglite(dataDir)).close();
    assert.equal(statSync(own).mode & 0o777, 0o700);
    await assert.rejects(openPglite('/proc/nothing/here'), /ENOENT/);
  });

  test('PGlite recreates what a killed first start left incomplete', async (t) => {
    const dataDir = folder(t);
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'postgres.first-start'), '');
    const { pglite, close } = await openPglite(dataDir);
    t.after(close);
    assert.deepEqual((await pglite.query('select 1 as one')).rows, [{ one: 1 }]);
  });

  test('PGlite runs in memory', async (t) => {
    const { pglite, close } = await openPglite(undefined);
    t.after(close);
    assert.deepEqual((await pglite.query('select 1 as one')).rows, [{ one: 1 }]);
  });
});

describe('a folder lock', () => {
  test('a folder lock is released once, and only by its holder', (t) => {
    const locked = join(folder(t), 'data');
    const unlock = lockFolder(locked, 'Go away.');
    assert.throws(() => lockFolder(locked, 'Go away.'), /Go away\.$/);
    unlock();
    const unlockNext = lockFolder(locked, '');
    writeFileSync(`${locked}.pid`, '1\nsomebody else\n');
    unlockNext();
    assert.equal(readFileSync(`${locked}.pid`, 'utf8'), '1\nsomebody else\n');
  });

  test('a folder lock is taken over when its pid belongs to another process by now', {
    skip: process.platform !== 'linux',
  }, (t) => {
    const locked = join(folder(t), 'data');
    writeFileSync(`${locked}.pid`, `${process.pid}\nan-earlier-boot 123\n`);
    lockFolder(locked, '')();
  });
});

for (const variant of ['redis-server', 'js-redis-server'] as const) {
  const program = variant === 'redis-server' ? findRedisServer() : undefined;
  const skip =
    variant === 'redis-server' && program === undefined && 'no redis-server or valkey-server on this machine';

  describe(`embedded Redis: ${variant}`, { ...limit, skip }, () => {
    async function open(t: TestContext) {
      // Closed in reverse: clients before their server.
      const open = new AsyncDisposableStack();
      t.after(() => open.disposeAsync());
      const redis = await openEmbeddedRedis(folder(t), { findServer: () => program });
      open.defer(redis.close);
      const client = (): Redis => open.adopt(new Redis(redis.url), (opened) => opened.disconnect());
      return { redis, client, open, port: Number(new URL(redis.url).port) };
    }

    test('the embedded Redis names itself and runs a queue’s job', async (t) => {
      const { redis, port, open: opened } = await open(t);
      assert.match(
        redis.description,
        variant === 'redis-server' ? /^\w+-server \d+\.\S+, private, in \// : /^js-redis-server \(in memory\)$/,
      );

      const queue = new Queue('long', { redis: { host: '127.0.0.1', port }, removeOnSuccess: true });
      opened.defer(() => queue.close());
      queue.process(async (job: { data: { n: number } }) => job.data.n * 2);
      const job = await queue.createJob({ n: 21 }).save();
      const [result] = await once(job, 'succeeded');
      assert.equal(result, 42);
    });

    test('the embedded Redis delivers published messages', async (t) => {
      const { client } = await open(t);
      const subscriber = client();
      await subscriber.subscribe('company');
      const message = once(subscriber, 'message');
      assert.equal(await client().publish('company', '7'), 1);
      assert.deepEqual(await message, ['company', '7']);
    });

    test('the embedded Redis gives no job to a client that died while waiting', async (t) => {
      const { client, port } = await open(t);
      const living = client();
      await living.ping();
      const dead = await connected('127.0.0.1', port);
      dead.write('CLIENT SETNAME doomed\r\nBRPOPLPUSH waiting active 0\r\n');
      await once(dead, 'data');
      await until(async () => String(await living.client('LIST')).includes('name=doomed'));
      dead.destroy();
      await until(async () => !String(await living.client('LIST')).includes('name=doomed'));

      const job = living.brpoplpush('waiting', 'active', 0);
      await client().lpush('waiting', 'job');
      assert.equal(await job, 'job');
      assert.equal(await living.brpoplpush('waiting', 'active', 0.01), null);
    });

    test('the embedded Redis hangs up on a page that posts commands', async (t) => {
      const { client, port } = await open(t);
      for (const method of ['POST', 'GET']) {
        const page = await connected('127.0.0.1', port);
        const gone = closed(page);
        page.write(`${method} / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\nSET posted 1\r\n`);
        await gone;
      }
      assert.equal(await client().get('posted'), null);
    });

    test('the embedded Redis listens on 127.0.0.1 only', async (t) => {
      const { port } = await open(t);
      (await connected('127.0.0.1', port)).destroy();
      for (const address of otherAddresses()) {
        await assert.rejects(connected(address, port), `${address} answers`);
      }
    });

    test('the embedded Redis closes while a client waits, and refuses a second process', async (t) => {
      const dataDir = folder(t);
      const redis = await openEmbeddedRedis(dataDir, { findServer: () => program });
      t.after(redis.close);
      await assert.rejects(openEmbeddedRedis(dataDir, { findServer: () => program }), /REDIS_URL/);
      const waiting = await connected('127.0.0.1', Number(new URL(redis.url).port));
      waiting.write('PING\r\nBRPOPLPUSH waiting active 0\r\n');
      await once(waiting, 'data');
      const gone = closed(waiting);
      await redis.close();
      await redis.close();
      await gone;
      await (await openEmbeddedRedis(dataDir, { findServer: () => program })).close();
    });
  });
}

describe('a private redis-server', {
  ...limit,
  skip: findRedisServer() === undefined && 'none on this machine',
}, () => {
  test('a private redis-server keeps its data in the data folder', async (t) => {
    const dataDir = folder(t);
    for (const expected of ['1', '2']) {
      await using open = new AsyncDisposableStack();
      const redis = open.adopt(await openEmbeddedRedis(dataDir), ({ close }) => close());
      const client = open.adopt(new Redis(redis.url), (opened) => opened.disconnect());
      assert.equal(String(await client.incr('opened')), expected);
    }
  });

  const cannot = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status !== 0 && 'no setpriv --pdeathsig';
  test('a private redis-server ends with a killed parent', { skip: cannot }, async (t) => {
    const { child, line } = await otherProcess(
      t,
      `import { openEmbeddedRedis } from ${source('redis.ts')};
       console.log((await openEmbeddedRedis(${JSON.stringify(folder(t))})).url);`,
    );
    const port = Number(new URL(line).port);
    const client = await connected('127.0.0.1', port);
    t.after(() => client.destroy());
    const gone = closed(client);
    child.kill('SIGKILL');
    await gone;
  });

  test('a private redis-server that cannot start says why', async (t) => {
    await assert.rejects(openEmbeddedRedis(folder(t), { findServer: () => '/bin/false' }), /false/);
  });
});

function connected(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, timeout: 2000 });
  socket.once('timeout', () => socket.destroy(new Error('timed out')));
  return once(socket, 'connect').then(() => socket.setTimeout(0).on('error', () => {}));
}

/** However it ends: with or without an error. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.resume().once('close', () => resolve()));

/** Addresses of this machine that a server on all interfaces would answer at. */
function otherAddresses(): string[] {
  const outside = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter(({ internal, scopeid }) => !internal && !scopeid),
  );
  return ['::1', ...(process.platform === 'linux' ? ['127.0.0.2'] : []), ...outside.map(({ address }) => address)];
}

/** Asks the server again and again, without a pause: each question is a round trip. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
