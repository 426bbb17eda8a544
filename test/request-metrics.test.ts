import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { signToken } from '../src/access/authenticate.ts';
import { openClient } from '../src/client/client.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { type Answer, ask } from './support/ask.ts';
import { labelsThatTellNothing, raised, rises, scrape } from './support/metrics-page.ts';
import { until } from './support/processes.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-metrics-'));
const sandbox = openSandboxHost({ directory: join(folder, 'sites') });
let appsFail: Error | undefined;
const host = { ...sandbox, offeredApps: () => (appsFail ? Promise.reject(appsFail) : sandbox.offeredApps()) };
const { service, url, clientOf, tokenOf } = await openTestService({ after }, { host, env: { DATA_DIR: folder } });
after(async () => rmSync(folder, { recursive: true, force: true }));
const jane = await clientOf('jane', 'customer');
const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;
const post = (query: string, accept = 'application/json'): Promise<Answer> =>
  ask(url, { headers: { authorization, accept }, body: JSON.stringify({ query }) });

describe('metrics of requests', () => {
  const operations = 'provisioning_graphql_operations_total';
  const requests = 'provisioning_http_request_duration_seconds_count';

  for (const [title, asking, expected] of [
    ['a query', () => post('{ __typename }'), { '{type="query",outcome="answered"}': 1 }],
    ['an unknown field', () => post('{ nothing }'), { '{type="unknown",outcome="refused"}': 1 }],
    [
      'the same that cannot be parsed, twice',
      async () => [await post('{'), await post('{')],
      { '{type="unknown",outcome="refused"}': 2 },
    ],
    [
      'an argument that is refused',
      () => post('{ companies(first: -1) { edges { cursor } } }'),
      { '{type="query",outcome="refused"}': 1 },
    ],
    [
      'too much at once',
      () =>
        post(`{ companies(first: 100) { edges { node { history(first: 100) { edges { node { company {
        history(first: 100) { edges { cursor } } } } } } } } } }`),
      { '{type="query",outcome="refused"}': 1 },
    ],
    [
      'what goes wrong on our side',
      async () => {
        appsFail = new Error('The bench is away.');
        await assert.rejects(createCompany(jane, requestFor('never.localhost')));
        appsFail = undefined;
      },
      { '{type="mutation",outcome="failed"}': 1 },
    ],
    [
      'a company that nobody knows is watched',
      () =>
        post('subscription { companyStatusChanged(companyId: "COMP-2020-00001") { version } }', 'text/event-stream'),
      { '{type="subscription",outcome="refused"}': 1 },
    ],
  ] satisfies [string, () => Promise<unknown>, Record<string, number>][]) {
    test(`${title} is counted as an operation`, async () => {
      const before = await scrape(url);
      await asking();
      await rises(url, before, operations, expected);
    });
  }

  test('requests are counted by method, route and status, with sites apart and all else together', async () => {
    const start = await scrape(url);
    const { id } = await createCompany(jane, requestFor('visited.localhost'));
    await watchToEnd(jane, id);
    await rises(url, start, `${requests}{method="POST",route="streams",`, { 'status="200"}': 1 });
    const before = await scrape(url);
    const at = (path: string) => new URL(path, url).href;
    await post('{ __typename }');
    await ask(url, { headers: { authorization }, body: '{"query":' });
    await ask(url, { body: 'a word', headers: { authorization, 'content-type': 'text/plain' } });
    await ask(url, { method: 'PUT', headers: { authorization } });
    await ask(at('/'), { method: 'GET', headers: { host: 'visited.localhost' } });
    await ask(at('/company/COMP-2026-00001'), { method: 'DELETE' });
    await until('all are counted', async () => {
      const found = raised(before, await scrape(url), requests);
      return found['{method="other",route="other",status="404"}'] === 1;
    });
    const { '{method="GET",route="other",status="200"}': scrapes, ...found } = raised(
      before,
      await scrape(url),
      requests,
    );
    assert.ok(Number(scrapes) >= 1, 'a scrape is a request too');
    assert.deepEqual(found, {
      '{method="POST",route="/graphql",status="200"}': 1,
      '{method="POST",route="/graphql",status="400"}': 1,
      '{method="POST",route="/graphql",status="415"}': 1,
      '{method="other",route="/graphql",status="405"}': 1,
      '{method="GET",route="sites",status="200"}': 1,
      '{method="other",route="other",status="404"}': 1,
    });
  });

  test('a client that leaves before its answer is counted as one', async () => {
    const before = await scrape(url);
    const leaving = request(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'content-length': 99 },
    });
    leaving.on('error', () => {
      // It breaks off here.
    });
    leaving.write('{', () => leaving.destroy());
    await rises(url, before, `${requests}{method="POST",`, { 'route="other",status="499"}': 1 });
  });

  test('a stream counts as open until its client leaves, over SSE and WebSocket, or its token expires', async (t) => {
    const streams = async (): Promise<number | undefined> => (await scrape(url)).get('provisioning_streams_open');
    const openAre = (count: number) => until(`${count} streams are open`, async () => (await streams()) === count);
    await openAre(0);
    const before = await scrape(url);
    const { id } = await createCompany(jane, requestFor('draft.localhost', { draft: true }));

    const overSse = jane.watch(id);
    await overSse.next();
    const watchBySocket = (bearer: string) => {
      const client = createClient({
        url: url.replace('http:', 'ws:'),
        webSocketImpl: WebSocket,
        connectionParams: { authorization: bearer },
        retryAttempts: 0,
      });
      t.after(() => client.dispose());
      return client.iterate({ query: `subscription { companyStatusChanged(companyId: "${id}") { version } }` });
    };
    const overSocket = watchBySocket(authorization);
    await overSocket.next();
    await openAre(2);
    await overSse.return?.();
    await openAre(1);
    await overSocket.return?.();
    await openAre(0);

    const token = await signToken(service.jwtSecret, { subject: 'jane', roles: ['operator'] }, '2s');
    const expiringSse = openClient(url, token).watch(id);
    const expiringSocket = watchBySocket(`Bearer ${token}`);
    await Promise.all([expiringSse.next(), expiringSocket.next()]);
    await openAre(2);
    await assert.rejects(expiringSse.next(), /expired/);
    await expiringSocket.next().catch(() => {
      // How it is told is the protocol's; here it counts that it has ended.
    });
    await openAre(0);

    await rises(url, before, `${operations}{type="subscription",`, { 'outcome="answered"}': 4 });
    const ended = raised(before, await scrape(url), `${requests}{method="POST",route="streams",`);
    assert.deepEqual(ended, { 'status="200"}': 2 });
  });
});

test('no label of what requests count holds an id, a host name, an address or anything that was sent', async () => {
  assert.ok(labelsThatTellNothing(await scrape(url)).has('sites'), 'sites were visited before');
});
