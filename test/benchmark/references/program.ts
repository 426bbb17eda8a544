import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Runs a reference as a program: it prints the port on which the server listens, and each line of standard input is the
 * version of an event that all watchers get.
 */
export async function runReference(server: Server, publish: (version: number) => void = () => {}): Promise<void> {
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  createInterface(process.stdin).on('line', (version) => publish(Number(version)));
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
}
