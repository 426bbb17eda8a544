import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface DnsServer {
  /** Its address and port, as `Resolver.setServers` takes it. */
  readonly address: string;
  /** The names that were asked for, one for each question of either family. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** A DNS server that knows the addresses that `addressesOf` gives it at each question, and is silent for undefined. */
export async function openDnsServer(addressesOf: (name: string) => readonly string[] | undefined): Promise<DnsServer> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const question = readQuestion(query);
    asked.push(question.name);
    const addresses = addressesOf(question.name);
    if (addresses) socket.send(response(query, question, addresses), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async close() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** RFC 1035, section 4.1.1. */
const headerLength = 12;
const families: Readonly<Record<number, 4 | 6>> = { 1: 4, 28: 6 };

interface Question {
  readonly name: string;
  readonly type: number;
  /** Where it ends in the query. */
  readonly end: number;
}

function readQuestion(query: Buffer): Question {
  const labels: string[] = [];
  let at = headerLength;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** The question again, and a record that refers to its name for each address of the family that was asked for. */
function response(query: Buffer, { type, end }: Question, addresses: readonly string[]): Buffer {
  const records = addresses
    .filter((address) => isIP(address) === families[type])
    .map((address) => record(type, address));
  const header = Buffer.from(query.subarray(0, headerLength));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.fill(0, 8);
  return Buffer.concat([header, query.subarray(headerLength, end), ...records]);
}

function record(type: number, address: string): Buffer {
  const data = Buffer.from(ipaddr.parse(address).toByteArray());
  return Buffer.concat([Buffer.from([0xc0, headerLength, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]), data]);
}
