import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** What a receiver does with a message that the reference library has verified. */
export type Manner =
  /** Answers with this status, and has accepted the message if that is 2xx. A redirect leads to a path of its own. */
  | number
  /** Accepts it, and answers 500. */
  | 'lie'
  /** Accepts it, and closes the connection instead of answering. */
  | 'accept and hang up'
  /** Accepts it, and closes the connection in the middle of its answer. */
  | 'break off'
  /** Accepts it, and answers 204 a second later. */
  | 'slow'
  /** Accepts it, and its answer has no end. */
  | 'endless'
  /** Sends the head of its answer byte by byte, and never all of it. */
  | 'trickle'
  | 'hang up'
  | 'hang';

export interface ReceivedMessage {
  /** The name of the endpoint to which it was sent. */
  readonly endpoint: string;
  readonly id: string;
  readonly sentAt: Date;
  readonly body: string;
  /** When it arrived, in milliseconds by this machine's clock. */
  readonly at: number;
  /** The port from which it came. */
  readonly port: number;
  readonly manner: Manner;
  readonly isAccepted: boolean;
  /** The whole head of an answer of 2xx was sent, on a connection that was still there. */
  readonly isConfirmed: boolean;
}

export interface WebhookReceiver {
  /** The endpoint's, if there is only one. */
  readonly url: string;
  urlOf(endpoint: string): string;
  /** Every verified message, in the order of arrival. */
  readonly received: readonly ReceivedMessage[];
  /** What is wrong with every other request. */
  readonly faults: readonly string[];
  /** Resolves when it holds, which each request may change. */
  until(isReached: () => boolean): Promise<void>;
  /** Cuts every connection and listens no more, as when its process is killed. */
  kill(): Promise<void>;
  /** Listens again, under the same URLs. */
  restart(): Promise<void>;
}

export interface ReceiverOptions {
  /** What the receiver knows for an endpoint, asked for with each message; undefined when it knows no such endpoint. */
  readonly secret: (endpoint: string) => string | undefined;
  readonly manner: (message: Pick<ReceivedMessage, 'endpoint' | 'id' | 'sentAt' | 'body'>) => Manner;
  /** Delays the answer to a message that has been received. */
  readonly beforeAnswer?: (message: ReceivedMessage) => Promise<void>;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What stands for 127.0.0.1 in the URLs. */
  readonly host?: string;
}

export async function openWebhookReceiver(options: ReceiverOptions): Promise<WebhookReceiver> {
  const { tls, host = '127.0.0.1', beforeAnswer = async () => {} } = options;
  const received: ReceivedMessage[] = [];
  const faults: string[] = [];
  const changed = new EventTarget();
  const listener: RequestListener = async (request, response) => {
    // A sender that ends in the middle of a message has not sent one.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    try {
      const message = { ...verify(request, body, options), isConfirmed: false };
      received.push(message);
      changed.dispatchEvent(new Event('change'));
      response.once('finish', () => {
        message.isConfirmed = response.statusCode < 300;
      });
      await beforeAnswer(message);
      answer(response, message.manner);
    } catch (error) {
      faults.push(`${request.method} ${request.url}: ${error}`);
      changed.dispatchEvent(new Event('change'));
      response.writeHead(400).end();
    }
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  // Cast: a server that listens on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  const urlOf = (endpoint: string) => `${tls === undefined ? 'http' : 'https'}://${host}:${port}${pathOf(endpoint)}`;
  return {
    url: urlOf('portal'),
    urlOf,
    received,
    faults,
    async until(isReached) {
      while (!isReached()) await once(changed, 'change');
    },
    async kill() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    restart: () => listen(port),
  };
}

const pathOf = (endpoint: string): string => `/webhooks/${endpoint}?of=a%20test`;

function verify({ method, url = '', headers, socket }: IncomingMessage, body: string, options: ReceiverOptions) {
  const endpoint = url.split(/[/?]/)[2] ?? '';
  const secret = options.secret(endpoint);
  if (method !== 'POST' || url !== pathOf(endpoint) || secret === undefined) throw new Error('no message goes there');
  if (headers['content-type'] !== 'application/json') throw new Error('it is not called JSON');
  // Cast: the library itself checks that they are there.
  new Webhook(secret).verify(body, headers as Record<string, string>);
  const message = {
    endpoint,
    id: String(headers['webhook-id']),
    sentAt: new Date(Number(headers['webhook-timestamp']) * 1_000),
    body,
    at: Date.now(),
    port: socket.remotePort ?? 0,
  };
  const manner = options.manner(message);
  const isAccepted = typeof manner === 'number' ? manner >= 200 && manner < 300 : accepting.includes(manner);
  return { ...message, manner, isAccepted };
}

const accepting: readonly Manner[] = ['lie', 'accept and hang up', 'break off', 'slow', 'endless'];

function answer(response: ServerResponse, manner: Manner): void {
  if (typeof manner === 'number') response.writeHead(manner, { location: '/elsewhere' }).end();
  else if (manner === 'lie') response.writeHead(500).end('In truth it was accepted.');
  else if (manner === 'break off')
    response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy());
  else if (manner === 'slow') setTimeout(() => response.writeHead(204).end(), 1_000);
  else if (manner === 'endless') writeForever(response.writeHead(200));
  else if (manner === 'trickle') trickle(response);
  else if (manner !== 'hang') response.destroy();
}

function writeForever(response: ServerResponse): void {
  const write = (): void => void response.write(Buffer.alloc(65_536), (error) => error ?? write());
  write();
}

function trickle({ socket }: ServerResponse): void {
  socket?.write('HTTP/1.1 200 OK\r\nX-');
  const timer = setInterval(() => socket?.write('H'), 20);
  socket?.once('close', () => clearInterval(timer));
}
