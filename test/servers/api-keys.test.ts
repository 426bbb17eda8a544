import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createApiKey } from '../support/api-keys.ts';
import { ask, askBySocket } from '../support/ask.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, startProgram, tokenOf, until } from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

describe('API keys with two APIs on one database', { skip: serversMissing, timeout: 180_000 }, () => {
  const closing = new AsyncDisposableStack();
  let cluster: Cluster;
  let here: ApiProgram;
  let there: ApiProgram;

  before(async () => {
    cluster = await openCluster();
    closing.defer(() => cluster.close());
    [here, there] = [await cluster.startApi(), await cluster.startApi()];
  });
  after(() => closing.disposeAsync());

  const urlOf = ({ port }: ApiProgram): string => `http://127.0.0.1:${port}/graphql`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const statusAt = async (api: ApiProgram, key: string) => (await ask(urlOf(api), { headers: bearer(key) })).status;
  const keyOf = async (subject: string, ...scopes: string[]) =>
    createApiKey(urlOf(here), await tokenOf(subject, 'partner'), { name: 'test', scopes });
  async function revoke(subject: string, id: string): Promise<void> {
    const query = `mutation { revokeApiKey(id: "${id}") { __typename } }`;
    const headers = bearer(await tokenOf(subject, 'partner'));
    assert.match((await ask(urlOf(here), { headers, body: JSON.stringify({ query }) })).text, /RevokeApiKeySuccess/);
  }
  /** `npm run keys` with these words, and nothing in its environment that API keys do not need. */
  async function keys(...words: string[]) {
    const { PATH = '', DATABASE_URL = '' } = cluster.env;
    const program = startProgram('src/keys.ts', { PATH, DATABASE_URL }, ...words);
    const { code } = await program.end();
    return { code, lines: program.log.map(({ msg }) => msg ?? ''), complaints: program.complaints };
  }

  test('a revoked key is refused by every process within 5 s, and its streams and sockets end with the reason', async () => {
    const { key, apiKey } = await keyOf('ann', 'COMPANIES_WRITE');
    const owner = await here.clientOf('ann', 'partner');
    const { id } = await createCompany(owner, requestFor('by-key.localhost', { draft: true }));
    const query = `subscription { companyStatusChanged(companyId: "${id}") { version } }`;
    const open = [here, there].map((api) => {
      const begun = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<{ code: number; reason: string }>();
      const client = createClient({
        url: urlOf(api).replace('http:', 'ws:'),
        webSocketImpl: WebSocket,
        connectionParams: bearer(key),
        retryAttempts: 0,
        lazy: false,
        onNonLazyError() {},
        // The library passes on the WebSocket's own event.
        on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
      });
      client.subscribe({ query }, { next: () => begun.resolve(), error: begun.reject, complete() {} });
      const headers = { ...bearer(key), accept: 'text/event-stream' };
      const events = ask(urlOf(api), { headers, body: JSON.stringify({ query }) });
      return { begun: begun.promise, closed: closed.promise, events, dispose: () => client.dispose() };
    });
    await Promise.all(open.map(({ begun }) => begun));
    const revokedAt = performance.now();
    await revoke('ann', apiKey.id);
    assert.equal(await statusAt(here, key), 401, 'at once where it was revoked');
    for (const { closed, events, dispose } of open) {
      assert.match((await events).text, /"version":1.*This API key has been revoked.*"UNAUTHENTICATED"/s);
      const { code, reason } = await closed;
      assert.deepEqual([code, reason], [4403, 'This API key has been revoked; use another one.']);
      await dispose();
    }
    await until('the other process refuses it', async () => (await statusAt(there, key)) === 401, 5_000);
    assert.ok(performance.now() - revokedAt < 5_000);
  });

  test('calm requests with a key cost no statement, and many unknown keys one at a time', async () => {
    const { key } = await keyOf('calm', 'COMPANIES_READ');
    const lookups = (): number =>
      cluster.postgres.log.filter((line) => line.includes('from "api_key" where "id"')).length;
    await cluster.query("alter system set log_statement = 'all'");
    await cluster.query('select pg_reload_conf()');
    await until('statements are logged', async () => {
      await cluster.query('select 1 as is_logged');
      return cluster.postgres.log.some((line) => line.includes('is_logged'));
    });
    assert.equal(await statusAt(there, key), 200);
    const [before, begun] = [lookups(), performance.now()];
    for (let sent = 0; sent < 200; sent += 1) assert.equal(await statusAt(there, key), 200);
    const periods = Math.ceil((performance.now() - begun) / 4_000);
    assert.ok(lookups() - before <= periods, `${lookups() - before} lookups for 200 requests`);
  });

  test('keys are answered 503 while PostgreSQL is unavailable, by HTTP and WebSocket, and never 401', async () => {
    const { key } = await keyOf('bob', 'COMPANIES_READ');
    await cluster.postgres.stop();
    const { status, text } = await ask(urlOf(there), { headers: bearer(key) });
    assert.equal(status, 503);
    assert.match(text, /SERVICE_UNAVAILABLE/);
    assert.equal(await askBySocket(urlOf(there), bearer(key)), 1013);
    await cluster.postgres.restart();
    await until('it is accepted', async () => (await statusAt(there, key)) === 200, 30_000);
  });

  test('`npm run keys` creates, lists and revokes keys, and records it', async () => {
    const made = await keys(
      'create',
      '--name',
      'shop',
      '--scope',
      'companies:read',
      '--tenant',
      'acme',
      '--days',
      '30',
    );
    assert.equal(made.code, 0, made.complaints);
    const [line = '', key = ''] = made.lines;
    const [id = ''] = line.split(' ');
    assert.equal(await statusAt(here, key), 200);
    const { lines } = await keys('list', '--tenant', 'acme');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^cps_\w{12} {2}shop: companies:read for tenant acme, by npm run keys, /);
    assert.ok(![...lines, line].some((text) => text.includes(key.slice(20))), 'the secret is not listed');
    assert.match((await keys('revoke', id)).lines[0] ?? '', /revoked \d{4}-\d{2}-\d{2}$/);
    await until('it is refused', async () => (await statusAt(here, key)) === 401, 5_000);
    const entries = await cluster.query('select action from audit_entry where target = $1 order by position', id);
    assert.deepEqual(entries, [{ action: 'CREATE_API_KEY' }, { action: 'REVOKE_API_KEY' }]);
  });

  for (const [title, words, complaint] of [
    ['a key of nobody’s', ['create', '--name', 'x', '--scope', 'operate'], /--tenant or --subject must name/],
    [
      'an unknown scope',
      ['create', '--name', 'x', '--scope', 'all', '--tenant', 'y'],
      /--scope must be one of companies:read/,
    ],
    [
      'a life that is no number',
      ['create', '--name', 'x', '--scope', 'operate', '--tenant', 'y', '--days', 'z'],
      /--days: Give 1 to 366/,
    ],
    ['an unknown option', ['create', '--secret', 'x'], /The options are/],
    ['a key that there is not', ['revoke', 'cps_000000000000'], /Name one key by its id/],
  ] as const) {
    test(`\`npm run keys\` refuses ${title}, and says why`, async () => {
      const { code, lines, complaints } = await keys(...words);
      assert.deepEqual([code, lines], [1, []]);
      assert.match(complaints, complaint);
    });
  }
});
