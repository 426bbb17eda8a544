import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { assertWithoutGap } from '../support/companies.ts';
import { findProgram, serversMissing } from '../support/private-servers.ts';
import { type Cluster, openCluster, type Program, queryAt, until } from '../support/processes.ts';
import { createCompany, readCompany, requestFor, watchToEnd } from '../support/test-service.ts';

describe('two databases with one Redis and one data folder', { skip: serversMissing, timeout: 300_000 }, () => {
  let cluster: Cluster;
  let redis: Redis;
  const programs: Program[] = [];
  let number = 0;
  /** The databases of the test that runs; what is restored from the first one's dump is the second one. */
  let ours: string;
  let theirs: string;

  before(async () => {
    cluster = await openCluster();
    redis = new Redis(cluster.redis.url);
  });
  after(async () => {
    redis?.disconnect();
    await cluster?.close();
  });
  beforeEach(async () => {
    number += 1;
    ours = await createDatabase(`ours-${number}`);
    theirs = await createDatabase(`theirs-${number}`);
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.end('SIGTERM')));
  });

  async function createDatabase(name: string): Promise<string> {
    await cluster.query(`create database "${name}"`);
    return cluster.postgres.url.replace(/postgres$/, name);
  }
  const startApi = async (url: string) => started(await cluster.startApi({ DATABASE_URL: url }));
  const startWorker = (url: string) => started(cluster.startWorker({ DATABASE_URL: url }));
  function started<Kind extends Program>(program: Kind): Kind {
    programs.push(program);
    return program;
  }

  const dump = (url: string): Buffer =>
    execFileSync(findProgram('pg_dump') ?? 'pg_dump', ['--dbname', url], { stdio: 'pipe' });
  /** What is not in the dump is gone afterwards, as in a database that was made anew for it. */
  const restore = async (url: string, text: Buffer): Promise<void> => {
    await queryAt(url, 'drop schema public cascade');
    await queryAt(url, 'create schema public');
    const psql = findProgram('psql') ?? 'psql';
    execFileSync(psql, ['--quiet', '--set', 'ON_ERROR_STOP=1', '--dbname', url], { input: text, stdio: 'pipe' });
  };

  /** Every file of a site with its content. */
  async function filesOf(site: string): Promise<readonly string[]> {
    const folder = join(cluster.env['DATA_DIR'] ?? '', 'sites', site);
    const files = (await readdir(folder)).toSorted();
    return Promise.all(files.map(async (file) => `${file} ${await readFile(join(folder, file), 'utf8')}`));
  }

  test('a company with a repeated number after a restore gets and removes nothing of the first one’s site', async () => {
    const api = await startApi(ours);
    startWorker(ours);
    const backup = dump(ours);
    const jane = await api.clientOf('jane', 'customer');
    const first = await createCompany(jane, requestFor('shop.localhost'));
    assert.equal((await watchToEnd(jane, first.id)).at(-1)?.status, 'ACTIVE');
    await until('the mail is sent', () => cluster.mailsTo('jane') === 1);
    const site = await filesOf('shop.localhost');

    await restore(ours, backup);
    const joe = await api.clientOf('joe', 'customer');
    const second = await createCompany(joe, requestFor('shop.localhost', { adminPassword: 'another horse battery' }));
    assert.equal(second.id, first.id);
    await watchToEnd(joe, second.id);
    const { status, failure } = await readCompany(joe, second.id);
    assert.deepEqual([status, failure?.reason], ['FAILED', 'SITE_NAME_TAKEN']);
    assert.deepEqual(await filesOf('shop.localhost'), site);
  });

  test('a job waits for its own database’s workers', async () => {
    const [ourApi, theirApi] = [await startApi(ours), await startApi(theirs)];
    const waiting = await createCompany(
      await ourApi.clientOf('ann', 'customer'),
      requestFor(`ours-${number}.localhost`),
    );
    const jobLists = (): Promise<string[]> => redis.keys('bq:*long:waiting');
    await until('the job waits', async () => (await jobLists()).length === 1);
    const [ourJobs = ''] = await jobLists();

    startWorker(theirs);
    const bob = await theirApi.clientOf('bob', 'customer');
    const theirCompany = await createCompany(bob, requestFor(`theirs-${number}.localhost`));
    assert.equal(theirCompany.id, waiting.id);
    assert.equal((await watchToEnd(bob, theirCompany.id)).at(-1)?.status, 'ACTIVE');
    assert.equal(await redis.llen(ourJobs), 1, 'ours waits still');

    startWorker(ours);
    const ann = await ourApi.clientOf('ann', 'customer');
    assert.equal((await watchToEnd(ann, waiting.id)).at(-1)?.status, 'ACTIVE');
    await until('no job is left', async () => (await jobLists()).length === 0);
  });

  test('two companies of one number have separate channels and events', async () => {
    const watched: { id: string; events: ReturnType<typeof watchToEnd> }[] = [];
    for (const url of [ours, theirs]) {
      const client = await (await startApi(url)).clientOf('ann', 'customer');
      const { id } = await createCompany(client, requestFor(`${new URL(url).pathname.slice(1)}.localhost`));
      watched.push({ id, events: watchToEnd(client, id) });
    }
    assert.equal(watched[0]?.id, watched[1]?.id);
    await until('two channels are listened to', async () => {
      const channels = await redis.pubsub('CHANNELS', `*${watched[0]?.id}`);
      return channels.length === 2;
    });
    for (const url of [ours, theirs]) startWorker(url);
    for (const { events } of watched) assertWithoutGap(await events, 'ACTIVE');
  });

  test('a copied database gives new identities to its unfinished work, and logs how much', async () => {
    const api = await startApi(ours);
    const jane = await api.clientOf('jane', 'customer');
    const done = await createCompany(jane, requestFor(`done-${number}.localhost`));
    const worker = startWorker(ours);
    await watchToEnd(jane, done.id);
    await until(
      'its mail is sent',
      async () => (await queryAt(ours, `select from outbox_mail where state <> 'SENT'`)).length === 0,
    );
    await worker.end('SIGTERM');
    const site = `copied-${number}.localhost`;
    const waiting = await createCompany(jane, requestFor(site));
    await restore(theirs, dump(ours));
    startWorker(ours);
    assert.equal((await watchToEnd(jane, waiting.id)).at(-1)?.status, 'ACTIVE');
    const files = await filesOf(site);

    const copy = await startApi(theirs);
    const told = await copy.line(({ msg }) => /is a copy/.test(msg ?? ''), 'that it is a copy');
    assert.deepEqual([told['level'], told['companies'], told['mails']], [40, 1, 0]);
    const rows = (url: string) =>
      queryAt<{ id: string; identity: string }>(url, 'select id, identity from company order by position');
    const [[doneHere, waitingHere], [doneThere, waitingThere]] = [await rows(ours), await rows(theirs)];
    assert.deepEqual(doneThere, doneHere);
    assert.notEqual(waitingThere?.identity, waitingHere?.identity);

    startWorker(theirs);
    const janeThere = await copy.clientOf('jane', 'customer');
    await watchToEnd(janeThere, waiting.id);
    const { failure } = await readCompany(janeThere, waiting.id);
    assert.equal(failure?.reason, 'SITE_NAME_TAKEN');
    assert.deepEqual(await filesOf(site), files);
  });

  test('a moved database keeps its identities once the command has said so', async () => {
    const api = await startApi(ours);
    await createCompany(await api.clientOf('jane', 'customer'), requestFor(`moved-${number}.localhost`));
    await api.end('SIGTERM');
    await restore(theirs, dump(ours));
    const identities = (url: string) =>
      queryAt(url, 'select identity from company union all select id from deployment');
    const command = execFileSync(process.execPath, ['src/migrate.ts', '--moved'], {
      env: { ...process.env, DATABASE_URL: theirs },
      encoding: 'utf8',
    });
    assert.match(command, /keeps its identity/);
    const there = await startApi(theirs);
    assert.deepEqual(await identities(theirs), await identities(ours));
    assert.ok(!there.log.some(({ msg }) => /is a copy/.test(msg ?? '')));
  });
});
