import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client as Connection } from 'pg';
import { serversMissing } from '../support/private-servers.ts';
import {
  type ApiProgram,
  addressOf,
  type Cluster,
  openCluster,
  type Program,
  startProgram,
  until,
} from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

const key = (id: string, byte: number): string => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const [old, young] = [key('old', 1), key('young', 2)];
const customers = ['ann', 'bob', 'cid', 'dan', 'eve'];

describe('the rotation of SECRET_KEYS', { skip: serversMissing, timeout: 300_000 }, () => {
  let cluster: Cluster;
  let api: ApiProgram;
  const ids: string[] = [];

  before(async () => {
    cluster = await openCluster();
    api = await cluster.startApi({ SECRET_KEYS: old });
    for (const customer of customers) ids.push((await ask(customer)).id);
  });
  after(() => cluster?.close());

  const passwordOf = (customer: string): string => `correct horse of ${customer}`;
  async function ask(customer: string) {
    const request = requestFor(`${customer}.localhost`, {
      adminPassword: passwordOf(customer),
      idempotencyKey: customer,
    });
    return createCompany(await api.clientOf(customer, 'customer'), request);
  }
  const startKeys = (SECRET_KEYS: string, ...words: string[]): Program =>
    startProgram('src/keys.ts', { ...cluster.env, SECRET_KEYS }, ...words);
  /** What `npm run keys` prints, and its exit code where that is not 0. */
  async function keys(SECRET_KEYS: string, ...words: string[]): Promise<readonly unknown[]> {
    const program = startKeys(SECRET_KEYS, ...words);
    const { code } = await program.end();
    const lines = [...program.log.map(({ msg }) => msg), ...program.complaints.split('\n').filter(Boolean)];
    return code === 0 ? lines : [...lines, code];
  }

  /** Leaves a statement on the company's row uncommitted until the returned function is called: a reseal waits for it. */
  async function holdRow(id: string | undefined, statement: string): Promise<() => Promise<void>> {
    const connection = new Connection(cluster.postgres.url);
    await connection.connect();
    await connection.query('begin');
    await connection.query(statement, [id]);
    return async () => {
      await connection.query('commit');
      await connection.end();
    };
  }
  const waiting = `pg_stat_activity where wait_event_type = 'Lock'`;
  const waitsForRow = (): Promise<void> =>
    until('it waits for the row', async () => (await cluster.query(`select from ${waiting}`)).length > 0);

  test('`npm run keys` lists the keys that the database needs, and changes nothing', async () => {
    const sealed = () => cluster.query('select sealed_password from company order by position');
    const before = await sealed();
    assert.deepEqual(await keys(`${young},${old}`), ['young: not needed', 'old: needed by 5']);
    assert.deepEqual(await keys(young), ['young: not needed', 'old: MISSING, needed by 5']);
    assert.deepEqual(await keys(young, 'all'), [
      'Invalid configuration:',
      '  npm run keys takes no argument, or: reseal, create, list, revoke',
      1,
    ]);
    assert.deepEqual(await keys(young, 'reseal'), [
      'SECRET_KEYS has no key "old" any more: add it again behind the others.',
      1,
    ]);
    assert.deepEqual(await sealed(), before);
  });

  test('a start logs which keys the database needs and which are missing', async (t) => {
    for (const [SECRET_KEYS, level, what] of [
      [`${young},${old}`, 30, 'the database needs a key'],
      [young, 50, 'SECRET_KEYS lacks a key that the database needs; append it to the others'],
    ] as const) {
      const starting = await cluster.startApi({ SECRET_KEYS });
      t.after(() => starting.end('SIGTERM'));
      const { msg, key: id, secrets, ...line } = await starting.line(({ key }) => key !== undefined, 'the key');
      assert.deepEqual([line['level'], msg, id, secrets], [level, what, 'old', 5]);
    }
  });

  test('a killed `npm run keys -- reseal` keeps its progress and continues when run again', async () => {
    const release = await holdRow(ids[2], 'select from company where id = $1 for update');
    const interrupted = startKeys(`${young},${old}`, 'reseal');
    await waitsForRow();
    await interrupted.end('SIGKILL');
    // Otherwise PostgreSQL would still finish the statement that waits.
    await cluster.query(`select pg_terminate_backend(pid) from ${waiting}`);
    await release();
    assert.deepEqual(await keys(`${young},${old}`), ['young: needed by 2', 'old: needed by 3']);
    const again = ['Resealed 3 under young.', 'young: needed by 5', 'old: not needed'];
    assert.deepEqual(await keys(`${young},${old}`, 'reseal'), again);
    assert.deepEqual(await keys(`${young},${old}`, 'reseal'), ['Resealed 0 under young.', ...again.slice(1)]);
  });

  test('a repeated request finds its company after its key was removed', async () => {
    await api.end('SIGTERM');
    api = await cluster.startApi({ SECRET_KEYS: young });
    assert.equal((await ask('ann')).id, ids[0]);
  });

  const youngest = key('youngest', 3);

  test('`npm run keys -- reseal` during provisioning gives every company its own password', async () => {
    const worker = cluster.startWorker({ SECRET_KEYS: `${youngest},${young}` });
    await keys(`${youngest},${young}`, 'reseal');
    for (const customer of customers) {
      await until(`${customer} has the mail`, () => cluster.mailsTo(customer) === 1);
      const [mail] = cluster.mailbox.mails.filter(({ to }) => to.includes(addressOf(customer)));
      assert.ok(mail?.text?.includes(passwordOf(customer)), `${customer} got the right password`);
    }
    await until('no password is needed any more', async () => {
      const kept = await cluster.query('select from company where sealed_password is not null');
      return kept.length === 0;
    });
    assert.deepEqual(await keys(youngest), ['youngest: not needed']);
    assert.equal((await worker.end('SIGTERM')).code, 0);
  });

  test('a password that is erased during resealing stays erased', async () => {
    const { id } = await ask('fay');
    const release = await holdRow(id, 'update company set sealed_password = null where id = $1');
    const resealing = startKeys(`${youngest},${young}`, 'reseal');
    await waitsForRow();
    await release();
    await resealing.end();
    assert.deepEqual(
      resealing.log.map(({ msg }) => msg),
      ['Resealed 0 under youngest.', 'youngest: not needed', 'young: not needed'],
    );
  });
});
