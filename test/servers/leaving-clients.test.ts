import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Client as Connection } from 'pg';
import { WebSocket } from 'ws';
import { order } from '../support/companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, tokenOf, until } from '../support/processes.ts';

describe('a client that leaves while PostgreSQL lets it wait', { skip: serversMissing }, () => {
  let cluster: Cluster;
  let api: ApiProgram;
  let url: string;
  let token: string;
  let id: string;

  before(async () => {
    cluster = await openCluster();
    api = await cluster.startApi();
    url = `http://127.0.0.1:${api.port}/graphql`;
    token = await tokenOf('leaver', 'customer');
    ({ id } = await order('leaver', api));
  });
  after(() => cluster?.close());

  const query = (): string => JSON.stringify({ query: `{ company(id: "${id}") { id } }` });
  const subscription = (): string =>
    JSON.stringify({ query: `subscription { companyStatusChanged(companyId: "${id}") { version } }` });

  /** Sends by HTTP; returns what leaves. */
  const post = (accept: string, body: () => string) => async (): Promise<() => void> => {
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept };
    fetch(url, { method: 'POST', headers, body: body(), signal: leaving.signal }).catch(() => {
      // It breaks off here.
    });
    return () => leaving.abort();
  };

  const bySocket = async (): Promise<() => void> => {
    const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    await once(socket, 'message');
    socket.send(`{"id":"1","type":"subscribe","payload":${query()}}`);
    return () => socket.terminate();
  };

  const transports: [what: string, begin: () => Promise<() => void>][] = [
    ['a query', post('application/json', query)],
    ['a subscription', post('text/event-stream', subscription)],
    ['a query by WebSocket', bySocket],
  ];
  for (const [what, begin] of transports) {
    test(`a client can leave ${what}`, async () => {
      const lock = new Connection(cluster.postgres.url);
      await lock.connect();
      try {
        await lock.query('begin; lock table company');
        const leave = await begin();
        await until('it waits', async () => {
          const { rows } = await lock.query(`select from pg_stat_activity where wait_event_type = 'Lock'`);
          return rows.length > 0;
        });
        leave();
      } finally {
        await lock.end();
      }
    });
  }

  test('a leaving client is not a failure in metrics or logs', async () => {
    const figures = await (await fetch(`http://127.0.0.1:${api.port}/metrics`)).text();
    assert.doesNotMatch(figures, /outcome="failed"/);
    await api.end('SIGTERM');
    assert.deepEqual(
      api.log.filter(({ level }) => Number(level) >= 50),
      [],
    );
  });
});
