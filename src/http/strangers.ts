import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How many connections an address may hold open on which nobody has signed in yet: a balancer has one address as well. */
const mostStrangers = 500;

/** Hangs up on further connections of an address that holds many on which nobody has signed in. Returns what a sign-in is told to. */
export function boundStrangers(server: Server): (socket: Socket) => void {
  const strangersOf = new Map<string, Set<Socket>>();

  function forget(socket: Socket): void {
    const address = addressOf.get(socket) ?? '';
    const strangers = strangersOf.get(address);
    strangers?.delete(socket);
    if (strangers?.size === 0) strangersOf.delete(address);
  }

  // A closed socket does not know its address any more.
  const addressOf = new WeakMap<Socket, string>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const strangers = strangersOf.get(address) ?? new Set();
    if (strangers.size >= mostStrangers) return void socket.destroy();
    strangersOf.set(address, strangers.add(socket));
    addressOf.set(socket, address);
    socket.once('close', () => forget(socket));
  });
  return forget;
}
