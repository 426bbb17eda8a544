// What starts when nothing is configured, each part once: they share the set-up of processes and folders.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, type TestContext, test } from 'node:test';
import Queue from 'bee-queue';
import { Redis } from 'ioredis';
import { createTransport } from 'nodemailer';
import { FolderInUseError, lockFolder } from '../src/embedded/folder-lock.ts';
import { inboxContentSecurityPolicy, inboxPage } from '../src/embedded/inbox-page.ts';
import { type Mailbox, openMailbox, type ReceivedMail } from '../src/embedded/mailbox.ts';
import { openPglite } from '../src/embedded/pglite.ts';
import { openEmbeddedRedis } from '../src/embedded/redis.ts';
import { findRedisServer } from '../src/embedded/redis-server.ts';

const limit = { timeout: 20_000 };

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

describe('embedded PostgreSQL', limit, () => {
  test('refuses a second process, outlives a killed one, and keeps its data', async (t) => {
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

  test('makes anew what a killed first start left half made', async (t) => {
    const dataDir = folder(t);
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
    writeFileSync(join(dataDir, 'postgres.first-start'), '');
    const { pglite, close } = await openPglite(dataDir);
    t.after(close);
    assert.deepEqual((await pglite.query('select 1 as one')).rows, [{ one: 1 }]);
  });

  test('runs in memory', async (t) => {
    const { pglite, close } = await openPglite(undefined);
    t.after(close);
    assert.deepEqual((await pglite.query('select 1 as one')).rows, [{ one: 1 }]);
  });
});

describe('a folder lock', () => {
  test('is given back once, and only by its holder', (t) => {
    const locked = join(folder(t), 'data');
    const unlock = lockFolder(locked, 'Go away.');
    assert.throws(() => lockFolder(locked, 'Go away.'), /Go away\.$/);
    unlock();
    const unlockNext = lockFolder(locked, '');
    writeFileSync(`${locked}.pid`, '1\nsomebody else\n');
    unlockNext();
    assert.equal(readFileSync(`${locked}.pid`, 'utf8'), '1\nsomebody else\n');
  });

  test('of a process whose pid another one got is taken over', { skip: process.platform !== 'linux' }, (t) => {
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

    test('says what it is, and runs a job of the queue', async (t) => {
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

    test('carries published messages', async (t) => {
      const { client } = await open(t);
      const subscriber = client();
      await subscriber.subscribe('company');
      const message = once(subscriber, 'message');
      assert.equal(await client().publish('company', '7'), 1);
      assert.deepEqual(await message, ['company', '7']);
    });

    test('gives no job to a client that died while it waited', async (t) => {
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

    test('listens on 127.0.0.1 alone', async (t) => {
      const { port } = await open(t);
      (await connected('127.0.0.1', port)).destroy();
      for (const address of otherAddresses()) {
        await assert.rejects(connected(address, port), `${address} answers`);
      }
    });

    test('closes while a client waits, and refuses a second process', async (t) => {
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
  test('keeps its data in the data folder', async (t) => {
    const dataDir = folder(t);
    for (const expected of ['1', '2']) {
      await using open = new AsyncDisposableStack();
      const redis = open.adopt(await openEmbeddedRedis(dataDir), ({ close }) => close());
      const client = open.adopt(new Redis(redis.url), (opened) => opened.disconnect());
      assert.equal(String(await client.incr('opened')), expected);
    }
  });

  const cannot = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status !== 0 && 'no setpriv --pdeathsig';
  test('ends with a process that is killed', { skip: cannot }, async (t) => {
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

  test('that cannot start says why', async (t) => {
    await assert.rejects(openEmbeddedRedis(folder(t), { findServer: () => '/bin/false' }), /false/);
  });
});

describe('embedded mailbox', limit, () => {
  const never = new AbortController().signal;
  const opened: Mailbox[] = [];
  after(() => Promise.all(opened.map((mailbox) => mailbox.close())));

  async function open(t: TestContext) {
    const mailbox = await openMailbox();
    opened.push(mailbox);
    const transport = createTransport(mailbox.url, { from: 'Support <support@example.com>' });
    t.after(() => transport.close());
    return { mailbox, transport };
  }

  test('takes a mail, for who waits already and for who comes later', async (t) => {
    const { mailbox, transport } = await open(t);
    const waited = mailbox.next((mail) => mail.subject === 'Your site is ready – Zürich', never);
    const sent = await transport.sendMail({
      to: [{ name: 'Ann', address: 'ann@example.com' }, 'bob@example.com'],
      subject: 'Your site is ready – Zürich',
      html: '<p>Grüezi</p>',
      text: 'Grüezi',
      headers: { 'X-Company': 'COMP-2026-00001' },
    });
    const mail = await waited;
    assert.equal(mail, await mailbox.next(({ to }) => to.includes('bob@example.com'), never));
    assert.deepEqual(mailbox.mails, [mail]);
    assert.equal(mail.from, '"Support" <support@example.com>');
    assert.deepEqual(mail.to, ['ann@example.com', 'bob@example.com']);
    assert.equal(mail.messageId, sent.messageId);
    assert.equal(mail.html?.trim(), '<p>Grüezi</p>');
    assert.equal(mail.text?.trim(), 'Grüezi');
    assert(mail.headers.some(({ name, value }) => name === 'X-Company' && value === 'COMP-2026-00001'));
    assert.match(mailbox.page('/inbox')?.body ?? '', /Your site is ready – Zürich/);
    assert.equal(mailbox.page(`/inbox/${mail.id}`)?.status, 200);
  });

  test('stops waiting when told to, and when it closes', async (t) => {
    const { mailbox } = await open(t);
    const aborted = new AbortController();
    const reason = new Error('the deadline');
    const first = assert.rejects(
      mailbox.next(() => true, aborted.signal),
      reason,
    );
    const second = assert.rejects(
      mailbox.next(() => true, never),
      /The mailbox was closed/,
    );
    aborted.abort(reason);
    await first;
    await mailbox.close();
    await second;
    await assert.rejects(
      mailbox.next(() => true, AbortSignal.abort(reason)),
      reason,
    );
  });

  test('keeps the newest 200', async (t) => {
    const { mailbox } = await open(t);
    const pool = createTransport({
      url: mailbox.url,
      pool: true,
      maxConnections: 1,
      maxMessages: Number.POSITIVE_INFINITY,
    });
    t.after(() => pool.close());
    const mails = Array.from({ length: 203 }, (_, n) => ({
      from: 'a@example.com',
      to: 'b@example.com',
      subject: `${n}`,
      text: '.',
    }));
    await Promise.all(mails.map((mail) => pool.sendMail(mail)));
    assert.deepEqual(
      mailbox.mails.map(({ subject }) => subject),
      mails.slice(3).map(({ subject }) => subject),
    );
  });

  test('refuses a mail that is too large for good', async (t) => {
    const { transport } = await open(t);
    const large = { to: 'b@example.com', text: 'x'.repeat(70).concat('\n').repeat(30_000) };
    await assert.rejects(
      transport.sendMail(large),
      (error: Error & { responseCode?: number }) => error.responseCode === 552,
    );
  });
});

describe('the inbox page', () => {
  const attack = `"'></title></dd></pre></iframe><script>alert(1)</script>&amp;`;
  const hostile: ReceivedMail = {
    id: '1',
    from: attack,
    to: [attack],
    subject: attack,
    messageId: attack,
    html: attack,
    text: attack,
    receivedAt: new Date('2026-01-02T03:04:05Z'),
    headers: [{ name: attack, value: attack }],
  };

  test('escapes everything that came with the mail', () => {
    for (const path of ['/inbox', '/inbox/1', '/inbox/1?text']) {
      const body = inboxPage(path, [hostile])?.body ?? '';
      assert(body.includes('&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;'), path);
      assert(!body.includes('<script'), path);
      assert.equal(body.split('</title>').length, 2, path);
      assert.equal(body.split('</iframe>').length, path === '/inbox/1' ? 2 : 1, path);
    }
  });

  test('shows the markup of a mail in a frame that can only open links in a new tab', () => {
    const body = inboxPage('/inbox/1', [{ ...hostile, html: '<a href="https://acme.localhost">go</a>' }])?.body ?? '';
    assert.match(body, /sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    const srcdoc = /srcdoc="([^"]*)"/.exec(body)?.[1]?.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
    assert.match(srcdoc ?? '', /^<base target="_blank">.*<a href="https:\/\/acme\.localhost">go<\/a>$/);
    assert.match(inboxContentSecurityPolicy, /^default-src 'none';/);
    assert.doesNotMatch(inboxContentSecurityPolicy, /script-src|frame-src|https?:/);
  });

  test('lists the newest first, says how to get one, and knows its own paths only', () => {
    const mails = ['1', '2'].map((id) => ({ ...hostile, id, subject: `mail ${id}` }));
    assert.match(inboxPage('/inbox', mails)?.body ?? '', /mail 2.*mail 1/s);
    assert.match(inboxPage('/inbox/', [])?.body ?? '', /No mail yet.*Create a company/s);
    assert.equal(inboxPage('/inbox/3', mails)?.status, 404);
    assert.match(
      inboxPage('/inbox/2', [{ ...hostile, id: '2', html: undefined, text: 'only text' }])?.body ?? '',
      /<pre>only text<\/pre>/,
    );
    for (const path of ['/', '/inboxes', '/inbox/1/2', '/graphql']) assert.equal(inboxPage(path, mails), undefined);
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
