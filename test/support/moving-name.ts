import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** A port that stands for a name of a server: as with DNS, a move concerns later connections, and keeps the earlier ones. */
export interface MovingName {
  readonly port: number;
  moveTo(port: number): void;
  close(): Promise<void>;
}

export async function openMovingName(firstPort: number): Promise<MovingName> {
  let target = firstPort;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    open.add(near);
    // Whichever side goes away, the other one is told by the pipe.
    pipeline(near, far, () => open.delete(near));
    pipeline(far, near, () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Cast: a server that listens on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    moveTo(next) {
      target = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
