import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { type CuttingProxy, openCuttingProxy } from '../support/cutting-proxy.ts';
import { type PrivateServer, serversMissing, startPostgres } from '../support/private-servers.ts';

describe('a proxy that loses answers', { skip: serversMissing, timeout: 30_000 }, () => {
  let postgres: PrivateServer;
  let proxy: CuttingProxy;

  before(async () => {
    postgres = await startPostgres();
    proxy = await openCuttingProxy(Number(new URL(postgres.url).port));
    await (await connected()).query('create table note (text text)');
  });
  after(async () => {
    await proxy?.close();
    await postgres?.close();
  });

  async function connected(): Promise<Client> {
    const url = new URL(postgres.url);
    url.port = `${proxy.port}`;
    const client = new Client(url.href);
    client.on('error', () => {
      // Every pending query rejects.
    });
    await client.connect();
    return client;
  }
  const notes = async (): Promise<unknown[]> =>
    (await (await connected()).query('select text from note order by text')).rows.map(({ text }) => text);

  test('a cut proxy lets a statement commit, and its answer gets lost', async () => {
    const idle = await connected();
    const client = await connected();
    const lostBefore = proxy.goOn();
    proxy.cutAnswers();
    await assert.rejects(client.query(`insert into note values ('alone')`), /terminated/);
    assert.equal(proxy.goOn(), lostBefore + 1);
    assert.deepEqual(await notes(), ['alone']);
    await idle.query('select'); // It had no query pending, and keeps its connection.
  });

  test('a cut proxy loses the answer to a commit', async () => {
    const client = await connected();
    proxy.cutAnswers();
    await client.query('begin');
    await client.query(`insert into note values ('in a transaction')`);
    await assert.rejects(client.query('commit'), /terminated/);
    proxy.goOn();
    assert.ok((await notes()).includes('in a transaction'));
  });

  test('a cut proxy loses the end of a long answer', async () => {
    const client = await connected();
    proxy.cutAnswers();
    // More than PostgreSQL can send before it commits, unless it is read.
    const long = `insert into note select 'long ' || repeat('x', 1000) from generate_series(1, 10000) returning text`;
    await assert.rejects(client.query(long), /terminated/);
    proxy.goOn();
    assert.equal((await notes()).filter((text) => String(text).startsWith('long')).length, 10_000);
  });

  test('a cut proxy loses and counts the answer to a query already in flight', async () => {
    const client = await connected();
    const asked = client.query(`insert into note select 'slow' from pg_sleep(0.2)`);
    const lost = assert.rejects(asked, /terminated/);
    const asks = await connected();
    await asks.query(`select 1`);
    assert.equal(proxy.cutAnswers(), 1);
    await lost;
    proxy.goOn();
    assert.ok((await notes()).includes('slow'));
  });

  test('a cut proxy accepts no connection', async () => {
    const client = await connected();
    const ended = new Promise((resolve) => client.once('end', resolve));
    proxy.refuse();
    await ended;
    await assert.rejects(connected());
    proxy.goOn();
    await connected();
  });
});
