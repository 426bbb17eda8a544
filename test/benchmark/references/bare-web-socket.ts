/** The least that `ws` can do: it sends each company's event to the sockets of its watchers. */
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { resultOf } from './event.ts';
import { runReference } from './program.ts';
import { watchersByCompany } from './watchers-by-company.ts';

const watchers = watchersByCompany<WebSocket>();

const server = createServer();
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.type === 'connection_init') return socket.send(JSON.stringify({ type: 'connection_ack' }));
    const { companyId } = message.payload.variables;
    watchers.add(companyId, socket);
    socket.once('close', () => watchers.delete(companyId, socket));
  });
});

runReference(server, (version) =>
  watchers.each((sockets) => {
    const event = JSON.stringify({ id: '1', type: 'next', payload: resultOf(version) });
    for (const socket of sockets) socket.send(event);
  }),
);

type Message =
  | { readonly type: 'connection_init' }
  | { readonly type: 'subscribe'; readonly payload: { readonly variables: { readonly companyId: string } } };
