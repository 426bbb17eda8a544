import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CreateCompanyDocument } from '../../src/client/operations.ts';
import { type Answer, ask } from '../support/ask.ts';
import { requestFor } from '../support/test-service.ts';

/** What an attacker attacks, with the token of an ordinary customer. */
export interface Victim {
  readonly url: string;
  readonly token: string;
}

type Attack = (victim: Victim) => Promise<unknown>;

/** Each goes on until its process is killed; what a victim answers is of no interest to it. */
export const attacks: Readonly<Record<string, Attack>> = {
  'unknown keys in a variable': repeat(8, ({ token, ...victim }) =>
    post({ ...victim, token }, create, { input: { ...requestFor('keys.localhost'), ...keys(9_500) } }),
  ),
  'unknown fields in a document': repeat(8, (victim) =>
    post(victim, `{ ${Array.from({ length: 9_500 }, (_, index) => `unknown${index}`).join(' ')} }`),
  ),
  'wrong values in a list': repeat(8, (victim) =>
    post(victim, create, { input: { ...requestFor('list.localhost'), apps: Array(20_000).fill(1) } }),
  ),
  'aliases of one field': repeat(8, (victim) =>
    post(victim, `{ ${Array.from({ length: 4_000 }, (_, index) => `a${index}: __typename`).join(' ')} }`),
  ),
  'deep nesting': repeat(8, (victim) => post(victim, `${'{ company(id: "x") '.repeat(4_000)}${'}'.repeat(4_000)}`)),
  'passwords of backslashes for failing sites': repeat(1, (victim) =>
    post(victim, create, {
      input: requestFor(`slash${random()}.localhost`, { adminPassword: '\\'.repeat(512), apps: ['broken_app'] }),
    }),
  ),
  'GraphiQL for nobody': repeat(32, ({ url }) => ask(url, { method: 'GET', headers: { accept: 'text/html' } })),
  'new documents of nobody': repeat(32, ({ url }) =>
    ask(url, { body: JSON.stringify({ query: `{ a${random()}: __typename }` }) }),
  ),
  'forged tokens': repeat(32, (victim) =>
    post({ ...victim, token: `${victim.token.slice(0, -8)}${random()}` }, '{ __typename }'),
  ),
  'half a request': repeat(200, ({ url }) => untilClosed(url, 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n')),
  'pings of nobody': repeat(50, ({ url }) =>
    overSocket(url, (socket) => {
      for (let sent = 0; sent < 100; sent += 1) socket.send(ping);
    }),
  ),
  'many operations of one connection': repeat(4, ({ url, token }) =>
    overSocket(url, (socket) => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      socket.on('message', (data) => {
        if (!String(data).includes('connection_ack')) return;
        for (let id = 0; id < 1_000; id += 1) socket.send(subscribe(id, bigList));
      });
    }),
  ),
  'many operations of one viewer': repeat(100, (victim) => post(victim, bigList)),
  'companies without end': repeat(16, (victim) =>
    post(victim, create, { input: requestFor(`flood${random()}.localhost`) }),
  ),
  'streams without end': repeat(100, async ({ url, token }) => {
    await Promise.race([
      ask(url, {
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
        body: JSON.stringify({
          query: 'subscription { companyStatusChanged(companyId: "COMP-2026-00001") { version } }',
        }),
      }),
      pause(2_000),
    ]);
  }),
};

const create = CreateCompanyDocument.toString();
const bigList =
  '{ companies(first: 100) { edges { node { id companyName status history(first: 10) { edges { node { message } } } } } } }';
const ping = JSON.stringify({ type: 'ping', payload: { padding: 'x'.repeat(10_000) } });

const random = (): string => Math.random().toString(36).slice(2, 10);

const keys = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, index]));

const subscribe = (id: number, query: string): string =>
  JSON.stringify({ id: `${id}`, type: 'subscribe', payload: { query } });

/** The attack, so many times at once and again and again. A refused connection is no reason to stop. */
function repeat(atOnce: number, attack: Attack): Attack {
  const goOn: Attack = async (victim) => {
    for (;;) await attack(victim).catch(() => pause(50));
  };
  return (victim) => Promise.all(Array.from({ length: atOnce }, () => goOn(victim)));
}

const post = ({ url, token }: Victim, query: string, variables: object = {}): Promise<Answer> =>
  ask(url, { headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) });

function untilClosed(url: string, text: string): Promise<void> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('error', () => {}).on('data', () => {});
    socket.once('close', () => resolve());
  });
}

/** `begin` is called once the socket is open. */
function overSocket(url: string, begin: (socket: WebSocket) => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws');
    socket.on('error', () => {});
    socket.once('open', () => begin(socket));
    socket.once('close', () => resolve());
  });
}
