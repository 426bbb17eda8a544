import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** What a receiver does with a message that the reference library has verified. */
export type Manner =
  /** Answers with this status; it has accepted the message if that is 2xx. A redirect leads to another path of its own. */
  | number
  /** Accepts it, and answers 500. */
  | 'lie'
  /** Accepts it, and closes the connection instead of answering. */
  | 'accept and hang up'
  /** Accepts it, and closes the connection in the middle of its answer. */
  | 'break off'
  /** Accepts it, and its answer has no end. */
  | 'endless'
  /** Sends the head of its answer byte by byte, and never all of it. */
  | 'trickle'
  | 'hang up'
  | 'hang';

export interface ReceivedMessage {
  readonly id: string;
  readonly sentAt: Date;
  readonly body: string;
  readonly manner: Manner;
  readonly isAccepted: boolean;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Every verified message, in the order of arrival. */
  readonly received: readonly ReceivedMessage[];
  /** What is wrong with every other request. */
  readonly faults: readonly string[];
  /** Resolves when `isReached` holds after one more request. */
  until(isReached: () => boolean): Promise<void>;
  /** Cuts every connection and listens no more, as when its process is killed. */
  kill(): Promise<void>;
  /** Listens again, under the same URL. */
  restart(): Promise<void>;
}

export interface ReceiverOptions {
  /** What its owner has configured, asked for with each message. */
  readonly secret: () => string;
  readonly manner: (message: Pick<ReceivedMessage, 'id' | 'sentAt' | 'body'>) => Manner;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What stands for 127.0.0.1 in its URL. */
  readonly host?: string;
}

const path = '/webhooks?of=a%20test';

export async function openWebhookReceiver(options: ReceiverOptions): Promise<WebhookReceiver> {
  const { tls, host = '127.0.0.1' } = options;
  const received: ReceivedMessage[] = [];
  const faults: string[] = [];
  const changed = new EventTarget();
  const listener: RequestListener = (request, response) => {
    receive(request, options)
      .then((message) => {
        received.push(message);
        answer(response, message.manner);
      })
      .catch((error: Error) => {
        faults.push(`${request.method} ${request.url}: ${error.message}`);
        response.writeHead(400).end();
      })
      .finally(() => changed.dispatchEvent(new Event('change')));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const listen = async (port: number): Promise<number> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    // Cast: a server that listens on a TCP port has an AddressInfo.
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}${path}`,
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
    restart: async () => void (await listen(port)),
  };
}

async function receive(request: IncomingMessage, { secret, manner }: ReceiverOptions): Promise<ReceivedMessage> {
  if (request.method !== 'POST' || request.url !== path) throw new Error('is not where messages go');
  if (request.headers['content-type'] !== 'application/json') throw new Error('is not called JSON');
  const body = await text(request);
  // Cast: the library itself complains about a header that is missing.
  const headers = request.headers as Record<string, string>;
  new Webhook(secret()).verify(body, headers);
  const message = {
    id: headers['webhook-id'] ?? '',
    sentAt: new Date(Number(headers['webhook-timestamp']) * 1_000),
    body,
  };
  const chosen = manner(message);
  return { ...message, manner: chosen, isAccepted: accepts(chosen) };
}

const accepts = (manner: Manner): boolean =>
  typeof manner === 'number'
    ? manner >= 200 && manner < 300
    : ['lie', 'accept and hang up', 'break off', 'endless'].includes(manner);

function answer(response: ServerResponse, manner: Manner): void {
  if (typeof manner === 'number') response.writeHead(manner, { location: '/elsewhere' }).end();
  else if (manner === 'lie') response.writeHead(500).end('Accepted, to tell the truth.');
  else if (manner === 'break off')
    response.writeHead(200, { 'content-length': 9 }).write('half', () => response.destroy());
  else if (manner === 'endless') writeForever(response.writeHead(200));
  else if (manner === 'trickle') trickle(response);
  else if (manner !== 'hang') response.destroy();
}

function writeForever(response: ServerResponse): void {
  const write = (): void => {
    if (!response.destroyed) response.write(Buffer.alloc(65_536), write);
  };
  write();
}

function trickle({ socket }: ServerResponse): void {
  const timer = setInterval(() => socket?.write('H'), 20);
  socket?.write('HTTP/1.1 200 OK\r\nX-');
  socket?.once('close', () => clearInterval(timer));
}
