import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Passes connections on to servers, each to a random one, and cuts them as a bad network does. */
export interface Balancer {
  readonly port: number;
  /** Where new connections are passed on to from now on. */
  passTo(ports: readonly number[]): void;
  /** Cuts this share of the open connections, both ways. Returns how many these were. */
  cut(share: number): number;
  close(): void;
}

export async function openBalancer(): Promise<Balancer> {
  let targets: readonly number[] = [];
  const open = new Set<() => void>();
  const server = createServer((client) => {
    const port = targets[Math.floor(Math.random() * targets.length)];
    if (port === undefined) return void client.destroy();
    const target = connect(port, '127.0.0.1');
    const cut = (): void => {
      open.delete(cut);
      client.destroy();
      target.destroy();
    };
    open.add(cut);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] satisfies [Socket, Socket][])
      from.on('error', cut).on('close', cut).pipe(to);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    passTo(ports) {
      targets = ports;
    },
    cut(share) {
      const chosen = [...open].filter(() => Math.random() < share);
      for (const cut of chosen) cut();
      return chosen.length;
    },
    close() {
      server.close();
      for (const cut of open) cut();
    },
  };
}
