import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** Where the versions of events come from when there is a REDIS_URL. */
export const versionsChannel = 'benchmark:versions';

/**
 * Runs a reference as a program: it prints the port on which the server listens, and gets the version of each event that
 * all watchers get, by a message of Redis when there is a REDIS_URL, otherwise in a line of standard input.
 */
export async function runReference(server: Server, publish: (version: number) => void = () => {}): Promise<void> {
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { REDIS_URL: redisUrl } = process.env;
  if (redisUrl === undefined) createInterface(process.stdin).on('line', (version) => publish(Number(version)));
  else await subscribe(redisUrl, publish);
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
}

async function subscribe(url: string, publish: (version: number) => void): Promise<void> {
  const connection = new Redis(url);
  connection.on('message', (_channel, version) => publish(Number(version)));
  await connection.subscribe(versionsChannel);
}
