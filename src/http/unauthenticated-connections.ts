import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How many unauthenticated connections an address may hold open; a load balancer has one address as well. */
const largestCount = 500;

/**
 * Closes further connections of an address that already holds many on which nobody has signed in. Returns the function
 * to call with a connection's socket once somebody has.
 */
export function limitUnauthenticatedConnections(server: Server): (socket: Socket) => void {
  const connectionsOf = new Map<string, Set<Socket>>();
  // A closed socket no longer knows its address.
  const addressOf = new WeakMap<Socket, string>();

  function forget(socket: Socket): void {
    const address = addressOf.get(socket) ?? '';
    const connections = connectionsOf.get(address);
    connections?.delete(socket);
    if (connections?.size === 0) connectionsOf.delete(address);
  }

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const connections = connectionsOf.get(address) ?? new Set();
    if (connections.size >= largestCount) return void socket.destroy();
    connectionsOf.set(address, connections.add(socket));
    addressOf.set(socket, address);
    socket.once('close', () => forget(socket));
  });
  return forget;
}
