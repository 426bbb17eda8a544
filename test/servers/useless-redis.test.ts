import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openLog } from '../../src/observability/log.ts';
import { openRedisServer } from '../../src/redis/redis-server.ts';
import { readRedisUrl } from '../../src/redis/redis-settings.ts';
import { allBecomeActive, assertOneMailEach, order } from '../support/companies.ts';
import { type MovingName, openMovingName } from '../support/moving-name.ts';
import { freePort, serversMissing, startRedis } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, type Program, until } from '../support/processes.ts';
import { clientsOf, portOf, startReplicaOf, takeOver, tellRedis } from '../support/tell-redis.ts';

/** How long a company may take without a Redis that is of use, in milliseconds; the look for what waits comes every 2 s, word of it every 5 s. */
const withoutRedis = 25_000;

describe('a Redis that answers and is of no use', { skip: serversMissing, timeout: 900_000 }, () => {
  let cluster: Cluster;
  let api: ApiProgram;
  let programs: Program[];
  let name: MovingName;

  before(async () => {
    cluster = await openCluster();
    name = await openMovingName(Number(portOf(cluster.redis)));
    const env = { REDIS_URL: `redis://127.0.0.1:${name.port}` };
    const worker = cluster.startWorker(env);
    api = await cluster.startApi(env);
    programs = [worker, api];
    await becomesReady();
  });
  after(async () => {
    await Promise.all([cluster?.close(), name?.close()]);
  });

  const readiness = async (): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`http://127.0.0.1:${api.port}/readyz`);
    return { status: answer.status, text: await answer.text() };
  };
  const becomesReady = (): Promise<void> => until('it is ready', async () => (await readiness()).status === 200);

  /** A new company is taken at once, and not found a while later. */
  let probes = 0;
  async function ringsAtOnce(): Promise<void> {
    const sql =
      'select extract(epoch from provisioning_started_at - queued_at) * 1000 as waited from company where id = $1';
    await until('jobs ring again', async () => {
      probes += 1;
      const probe = await order(`useful-again-${probes}`, api);
      await allBecomeActive(cluster, [probe], withoutRedis);
      const [row] = await cluster.query<{ waited: string }>(sql, probe.id);
      return Number(row?.waited) < 500;
    });
  }

  /** Its file of data cannot be replaced, for root neither. */
  async function blockSaves(): Promise<void> {
    const { dir } = await fileOfData();
    await mkdir(join(dir, 'dump.rdb'));
    await tellRedis(cluster.redis, ['CONFIG', 'SET', 'save', '3600 1']);
    await saves('err');
  }
  async function unblockSaves(): Promise<void> {
    const { dir } = await fileOfData();
    await rmdir(join(dir, 'dump.rdb'));
    await saves('ok');
    await tellRedis(cluster.redis, ['CONFIG', 'SET', 'save', '']);
  }
  async function fileOfData(): Promise<{ dir: string }> {
    const [found = ''] = await tellRedis(cluster.redis, 'CONFIG GET dir');
    return { dir: found.replace(/^dir,/, '') };
  }
  const saves = (outcome: 'ok' | 'err'): Promise<void> =>
    until(`saving ends: ${outcome}`, async () => {
      const [, found = ''] = await tellRedis(cluster.redis, 'BGSAVE SCHEDULE', 'INFO persistence');
      return found.includes(`rdb_last_bgsave_status:${outcome}`);
    });

  /** Another server stands at the address, and has to read its data, slowly, before it can be used. */
  let started: Promise<void> | undefined;
  async function startToRead(): Promise<void> {
    const old = cluster.redis;
    // Microseconds for each key; and it answers after each kilobyte.
    const slowly = ['--key-load-delay', '20000', '--loading-process-events-interval-bytes', '1024'];
    const slow = await startRedis([...slowly, '--rdbcompression', 'no']);
    const fill = `for i = 1, 5000 do redis.call('SET', 'k' .. i, string.rep('x', 2000)) end`;
    await tellRedis(slow, ['EVAL', fill, '0'], 'SAVE');
    started = slow.restart();
    cluster.failOverTo({ redis: slow });
    name.moveTo(Number(portOf(slow)));
    await old.close();
  }
  async function readQuickly(): Promise<void> {
    await tellRedis(cluster.redis, 'CONFIG SET key-load-delay 0');
    await started;
  }

  const faults: [name: string, code: string, strike: () => Promise<unknown>, heal: () => Promise<unknown>][] = [
    [
      'a full memory',
      'OOM',
      () => tellRedis(cluster.redis, 'CONFIG SET maxmemory 1mb'),
      () => tellRedis(cluster.redis, 'CONFIG SET maxmemory 0'),
    ],
    ['a disk that it cannot write to', 'MISCONF', blockSaves, unblockSaves],
    ['much to read at its start', 'LOADING', startToRead, readQuickly],
    [
      'too few replicas',
      'NOREPLICAS',
      () => tellRedis(cluster.redis, 'CONFIG SET min-replicas-to-write 1'),
      () => tellRedis(cluster.redis, 'CONFIG SET min-replicas-to-write 0'),
    ],
    [
      'a replica that lost its primary',
      'MASTERDOWN',
      () => tellRedis(cluster.redis, 'CONFIG SET replica-serve-stale-data no', 'REPLICAOF 127.0.0.1 1'),
      () => tellRedis(cluster.redis, 'REPLICAOF NO ONE', 'CONFIG SET replica-serve-stale-data yes'),
    ],
    ...(['evalsha', 'brpoplpush', 'publish'] as const).map((command): (typeof faults)[number] => [
      `a user without ${command.toUpperCase()}`,
      'NOPERM',
      () => tellRedis(cluster.redis, `ACL SETUSER default -${command}`),
      () => tellRedis(cluster.redis, `ACL SETUSER default +${command}`),
    ]),
  ];
  for (const [name, code, strike, heal] of faults) {
    test(`companies are provisioned without ${name}, /readyz says ${code}, and it is used again once mended`, async (t) => {
      await strike();
      await until('it is not ready', async () => (await readiness()).text.includes(`(${code})`));
      assert.match((await readiness()).text, /"redis":"unusable".*redis: unusable: /);
      const company = await order(`${name.toLowerCase().replaceAll(' ', '-')}`, api);
      t.diagnostic(`made in ${await allBecomeActive(cluster, [company], withoutRedis)} ms`);
      await heal();
      await becomesReady();
      await ringsAtOnce();
    });
  }

  test('a server that refuses many commands at once is left once', async (t) => {
    const replica = await startRedis(['--replicaof', '127.0.0.1', '1']);
    t.after(() => replica.close());
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warned);
    const connection = openRedisServer(readRedisUrl(replica.url), 'test', openLog('silent')).connect();
    await once(connection, 'ready');
    const refusals = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => connection.set(`k${index}`, 1)));
    assert.ok(refusals.every(({ status }) => status === 'rejected'));
    await once(connection, 'ready');
    connection.disconnect();
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
  });

  test('a fail-over that keeps connections to the old primary costs seconds', async (t) => {
    const old = cluster.redis;
    const successor = await startReplicaOf(old);
    t.after(() => old.close());
    cluster.failOverTo({ redis: successor });
    await takeOver(successor, old);
    await until('it is not ready', async () => (await readiness()).text.includes('READONLY'));
    const during = await order('during-fail-over', api);
    t.diagnostic(`made in ${await allBecomeActive(cluster, [during], withoutRedis)} ms`);
    name.moveTo(Number(portOf(successor)));
    await becomesReady();
    await ringsAtOnce();
    await until('nobody stays with the old one', async () => (await clientsOf(old)) === 0);
  });

  test('a process with a wrong Redis password logs it, keeps running and works once it is mended', async (t) => {
    const locked = await startRedis(['--requirepass', 'secret']);
    t.after(() => locked.close());
    const port = await freePort();
    const REDIS_URL = `redis://:wrong@${new URL(locked.url).host}`;
    const worker = cluster.startWorker({ REDIS_URL, WORKER_PORT: `${port}` });
    const ready = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
    await until('/readyz tells', async () => (await ready()).includes('(WRONGPASS)'), 60_000);
    await worker.line(({ err }) => String(err).startsWith('WRONGPASS: '), 'the refusal and its remedy');
    await tellRedis({ ...locked, url: locked.url.replace('//', '//:secret@') }, 'CONFIG SET requirepass wrong');
    await until('it works', async () => (await ready()).includes('"redis":"ok"'));
    await tellRedis(
      { ...locked, url: locked.url.replace('//', '//:wrong@') },
      'CONFIG SET requirepass rotated',
      'CLIENT KILL TYPE normal',
    );
    await until('/readyz tells of a rotated password', async () => (await ready()).includes('(WRONGPASS)'));
    assert.equal((await worker.end('SIGTERM')).code, 0);
    assert.match(worker.complaints, /^SIGTERM: .*\n$/);
  });

  test('a Redis user without dangerous commands is sufficient', async (t) => {
    await tellRedis(cluster.redis, 'ACL SETUSER companies on >secret ~bq:* &company:* +@all -@dangerous');
    const port = await freePort();
    const REDIS_URL = `redis://companies:secret@127.0.0.1:${portOf(cluster.redis)}`;
    const worker = cluster.startWorker({ REDIS_URL, WORKER_PORT: `${port}` });
    t.after(() => worker.end('SIGKILL'));
    await until('it is ready', async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);
    await ringsAtOnce();
    const [denied = ''] = await tellRedis(cluster.redis, 'ACL LOG');
    assert.equal(denied, '');
  });

  test('no customer got two mails and no process died or logged a trace', async () => {
    await assertOneMailEach(cluster);
    for (const program of programs) {
      assert.ok(program.isRunning);
      assert.equal(program.complaints, '');
    }
  });
});
