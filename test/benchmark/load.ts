import { connect } from 'node:net';
import { percentile } from '../faults/report.ts';
import { now } from './clock.ts';
import { ascending } from './figures.ts';

/** Requests that a few connections send, each of them one after the other. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  /** The bytes of the next request of a connection. */
  readonly next: (connection: number) => string;
  /** Whether a response is the expected one; another one fails the benchmark. */
  readonly isExpected: (response: string) => boolean;
}

export interface Served {
  readonly requests: number;
  readonly perSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Sends requests for so many milliseconds. */
export async function drive(load: Load, milliseconds: number): Promise<Served> {
  const startedAt = now();
  const deadline = startedAt + milliseconds;
  const durations: number[] = [];
  await Promise.all(
    Array.from({ length: load.connections }, (_, connection) => driveConnection(load, connection, deadline, durations)),
  );
  const sorted = ascending(durations);
  return {
    requests: durations.length,
    perSecond: (durations.length / (now() - startedAt)) * 1_000,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
}

/** Sends the next request once the response to the last one is complete, by the bytes: a client library would cost as much as the server. */
function driveConnection(
  { port, next, isExpected }: Load,
  connection: number,
  deadline: number,
  durations: number[],
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1');
  let sentAt = 0;
  let response = '';
  const send = (): void => {
    sentAt = now();
    socket.write(next(connection));
  };
  socket.once('connect', send);
  socket.on('data', (text: string) => {
    response += text;
    if (!isComplete(response)) return;
    const receivedAt = now();
    durations.push(receivedAt - sentAt);
    if (!isExpected(response)) reject(new Error(`The server answered ${response.slice(0, 1_000)}`));
    response = '';
    if (receivedAt < deadline) return send();
    socket.destroy();
    resolve();
  });
  socket.once('error', reject).once('close', () => reject(new Error('The server closed a connection.')));
  return promise;
}

/** Whether a response is there to its end, whose length is either given in a header or marked by an empty chunk. */
function isComplete(response: string): boolean {
  const end = response.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(response.slice(0, end)) ?? [];
  return length === undefined ? response.endsWith('\r\n0\r\n\r\n') : response.length >= end + 4 + Number(length);
}

/** A POST of this JSON to the API. */
export function postOf(body: object, token?: string): string {
  const text = JSON.stringify(body);
  const headers = [
    'POST /graphql HTTP/1.1',
    'host: localhost',
    'accept: application/json',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
  ];
  return `${headers.join('\r\n')}\r\n\r\n${text}`;
}
