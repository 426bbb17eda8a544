import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { type Client, openClient } from '../../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CompanyStatusChangedDocument,
  type CompanyStatusChangedSubscription,
  ProvisionCompanyDocument,
} from '../../src/client/operations.ts';
import { ask } from '../support/ask.ts';
import { freePort, nginxMissing, type PrivateServer, startNginx } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, tokenOf } from '../support/processes.ts';
import { exampleWith } from '../support/readme.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

/** The README's nginx, with other ports. */
async function startReadmeNginx(apiPort: number): Promise<PrivateServer> {
  const port = await freePort();
  const block = exampleWith('upstream companies', 'nginx')
    .replace('127.0.0.1:4000;', `127.0.0.1:${apiPort};`)
    .replace('listen 80;', `listen ${port};`);
  return startNginx(block, port);
}

/** nginx with nothing set but where the API is. */
async function startBareNginx(apiPort: number): Promise<PrivateServer> {
  const port = await freePort();
  return startNginx(`server { listen ${port}; location / { proxy_pass http://127.0.0.1:${apiPort}; } }`, port);
}

/** Passes connections on to `port`, and counts them. */
async function openCounter(port: number) {
  let connections = 0;
  const server = createServer((from) => {
    connections += 1;
    const to = connect(port, '127.0.0.1');
    from.pipe(to).pipe(from);
    from.once('close', () => to.destroy()).on('error', () => {});
    to.once('close', () => from.destroy()).on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    close: () => server.close(),
  };
}

describe('behind nginx', { skip: nginxMissing }, () => {
  const closing = new AsyncDisposableStack();
  let cluster: Cluster;
  let api: ApiProgram;
  let direct: Client;
  let nginx: PrivateServer;

  before(async () => {
    cluster = await openCluster();
    closing.defer(() => cluster.close());
    api = await cluster.startApi();
    direct = await api.clientOf('jane', 'customer');
    nginx = await startReadmeNginx(api.port);
    closing.defer(() => nginx.close());
  });
  after(() => closing.disposeAsync());

  /** Each event must have come before the next one is caused; no worker causes others. */
  async function comeAsTheyAreCaused(id: string, events: AsyncIterator<{ status: string }>): Promise<void> {
    const provision = () => direct.execute(ProvisionCompanyDocument, { companyId: id });
    const cancel = () => direct.execute(CancelProvisioningDocument, { companyId: id });
    const nextIs = async (status: string) => assert.equal((await events.next()).value?.status, status);
    await nextIs('DRAFT');
    for (let round = 1; round <= 3; round += 1) {
      await provision();
      await nextIs('QUEUED');
      await cancel();
      await nextIs('DRAFT');
    }
    await events.return?.();
  }

  test('Server-Sent Events pass the README’s configuration without buffering', { timeout: 60_000 }, async () => {
    const { id } = await createCompany(direct, requestFor('events.localhost', { draft: true }));
    const jane = openClient(`${nginx.url}/graphql`, await tokenOf('jane', 'customer'));
    await comeAsTheyAreCaused(id, jane.watch(id));
  });

  test('Server-Sent Events pass nginx’s defaults without buffering', { timeout: 60_000 }, async (t) => {
    const bare = await startBareNginx(api.port);
    t.after(() => bare.close());
    const { id } = await createCompany(direct, requestFor('bare.localhost', { draft: true }));
    const jane = openClient(`${bare.url}/graphql`, await tokenOf('jane', 'customer'));
    await comeAsTheyAreCaused(id, jane.watch(id));
  });

  test('a WebSocket passes the README’s configuration', { timeout: 60_000 }, async (t) => {
    const { id } = await createCompany(direct, requestFor('socket.localhost', { draft: true }));
    const sockets = createClient({
      url: `${nginx.url.replace('http', 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${await tokenOf('jane', 'customer')}` },
      retryAttempts: 0,
    });
    t.after(() => sockets.dispose());
    const results = sockets.iterate<CompanyStatusChangedSubscription>({
      query: CompanyStatusChangedDocument.toString(),
      variables: { companyId: id },
    });
    await comeAsTheyAreCaused(id, changesOf(results));
  });

  test('fifty requests with idle times share one upstream connection that is never closed', async (t) => {
    const counter = await openCounter(api.port);
    t.after(() => counter.close());
    const pooling = await startReadmeNginx(counter.port);
    t.after(() => pooling.close());
    const headers = {
      authorization: `Bearer ${await tokenOf('jane', 'customer')}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ query: '{ __typename }' });
    for (let count = 1; count <= 50; count += 1) {
      const answer = await fetch(`${pooling.url}/graphql`, { method: 'POST', headers, body });
      assert.deepEqual([answer.status, await answer.json()], [200, { data: { __typename: 'Query' } }]);
      // Longer than a server of Node keeps connections unless it is told to: 5 s, and one more.
      if (count % 20 === 0) await pause(7_000);
    }
    assert.equal(counter.connections, 1);
  });

  test('a page can read why its invalid JSON was refused', async () => {
    const { status, headers, text } = await ask(`${nginx.url}/graphql`, {
      headers: {
        authorization: `Bearer ${await tokenOf('jane', 'customer')}`,
        'content-type': 'application/json',
        origin: 'https://shop.example',
      },
      body: '{',
    });
    assert.equal(status, 400);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.match(text, /JSON/);
  });

  test('only the API is reachable through the README’s configuration', async () => {
    for (const path of ['/metrics', '/healthz', '/readyz', '/inbox']) {
      const { headers } = await fetch(nginx.url + path);
      assert.equal(headers.get('x-request-id'), null, path);
    }
    assert.notEqual((await fetch(`${nginx.url}/graphql`)).headers.get('x-request-id'), null);
  });

  test('nobody is signed in as the developer through a proxy, even one without headers', async (t) => {
    const port = await freePort();
    const embedded = cluster.start('src/main.ts', { PORT: `${port}`, AUTH_JWT_SECRET: '' });
    t.after(() => embedded.end('SIGTERM'));
    const { graphiql } = await embedded.line(({ graphiql }) => typeof graphiql === 'string', 'it prints the link');
    const authorization = `Bearer ${new URL(`${graphiql}`).searchParams.get('token')}`;
    for (const proxy of [await startReadmeNginx(port), await startBareNginx(port)]) {
      t.after(() => proxy.close());
      assert.equal((await ask(`${proxy.url}/graphql`, { headers: { authorization } })).status, 200);
      assert.equal((await ask(`${proxy.url}/graphql`)).status, 401);
    }
  });
});

async function* changesOf(results: AsyncIterable<{ data?: CompanyStatusChangedSubscription | null }>) {
  for await (const { data } of results) if (data) yield data.companyStatusChanged;
}
