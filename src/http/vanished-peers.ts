import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { type Socket, SocketAddress } from 'node:net';

/** How often connections are looked at, in milliseconds. */
const interval = 5_000;
/**
 * How often TCP may have sent the same bytes again without an acknowledgement. The pauses double from 0.2 s on, so this takes
 * 6 s, or 15 s to a peer that is half a second away: with a stream's pings, a dead peer is found within 30 s.
 */
const mostRetransmissions = 5;

/**
 * Closes the connections whose peers have vanished without a word: a computer without power or network. A server that only
 * writes learns of it from TCP alone, which tries for a quarter of an hour, and Node has no way to shorten that
 * (TCP_USER_TIMEOUT). Linux tells how far it is (proc(5), /proc/net/tcp); elsewhere TCP takes its time.
 */
export function closeVanishedPeers(server: Server, port: number): void {
  const sockets = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const peer = `${socket.remoteAddress} ${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
  });
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking || sockets.size === 0) return;
    isLooking = true;
    for (const table of await Promise.all(['tcp', 'tcp6'].map(readTable))) {
      for (const peer of vanishedPeers(table, port)) sockets.get(peer)?.destroy();
    }
    isLooking = false;
  }, interval);
  server.once('close', () => clearInterval(timer));
}

const readTable = (name: string): Promise<string> => readFile(`/proc/net/${name}`, 'latin1').catch(() => '');

/** Established connections: the local port, the peer, and how often the oldest bytes were sent again; all in hexadecimal. */
const connection = /^ *\d+: [\dA-F]+:([\dA-F]{4}) ([\dA-F]+):([\dA-F]{4}) 01 [\dA-F:]+ [\dA-F:]+ ([\dA-F]{8}) /gm;

/** The peers of a port, as `address port`, that have long acknowledged nothing. A slow reader acknowledges, and is none. */
export function* vanishedPeers(table: string, port: number): Generator<string> {
  for (const [, local = '', address = '', remote = '', retransmissions = ''] of table.matchAll(connection)) {
    if (Number.parseInt(retransmissions, 16) < mostRetransmissions || Number.parseInt(local, 16) !== port) continue;
    yield `${addressOf(address)} ${Number.parseInt(remote, 16)}`;
  }
}

/** An address as sockets have it. The kernel prints words of 32 bits, whose bytes are the other way round on all common machines. */
function addressOf(hexadecimal: string): string {
  const bytes = Buffer.from(hexadecimal, 'hex');
  bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}
