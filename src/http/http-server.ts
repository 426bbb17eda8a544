import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../observability/log.ts';
import type { Metrics, Route } from '../observability/metrics.ts';
import { CannotListen } from './cannot-listen.ts';
import { sendJson } from './send-json.ts';
import { closeVanishedPeers } from './vanished-peers.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The variable that sets the port. */
  readonly variable: 'PORT' | 'WORKER_PORT';
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Answers a request or starts a stream that continues; resolves to the route that was requested. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<Route>;

export interface HttpServer {
  readonly server: Server;
  readonly port: number;
  /** Answers every request from now on, and those that were waiting for it. */
  serve(handle: RequestHandler): void;
  /** Stops accepting requests and waits a while for those in flight. May be called twice. */
  close(): Promise<void>;
}

/** Listens; rejects with CannotListen. Each request is logged and counted once its answer has ended. */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, metrics, log } = options;
  const { promise: serving, resolve: serve } = Promise.withResolvers<RequestHandler>();
  const server = createServer(timeLimits, async (request, response) =>
    handleRequest(await serving, request, response, metrics, log),
  ).listen(options.port, host);
  server.maxConnections = mostConnections;
  await once(server, 'listening').catch((error: unknown) => {
    throw new CannotListen(options, error);
  });
  // A server that listens on a port has an address of this kind, and not a pipe's name.
  const { port } = server.address() as AddressInfo;
  closeVanishedPeers(server, port);
  let isServing = false;
  let closed: Promise<void> | undefined;
  return {
    server,
    port,
    serve(handle) {
      isServing = true;
      serve(handle);
      log.info({ host, port }, 'listening');
    },
    close: () => {
      closed ??= closeServer(server);
      // Requests that are still waiting will never be answered.
      if (!isServing) server.closeAllConnections();
      return closed;
    },
  };
}

/** Never rejects. The request gets an id that its answer carries as well; its body and its headers are never logged. */
async function handleRequest(
  handle: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  log: Log,
): Promise<void> {
  const startedAt = performance.now();
  const requestId = randomUUID();
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  response.once('close', close);
  response.setHeader('x-request-id', requestId);
  // Handlers that serve pages set a policy of their own.
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-content-type-options', 'nosniff');

  const route = await handle(request, response).catch((error: unknown): Route => {
    // A client that disconnected aborted its own request.
    if (response.closed) return 'other';
    log.error({ requestId, err: error }, 'request failed');
    if (!response.headersSent) sendJson(response, 500, { errors: [{ message: 'Something went wrong on our side.' }] });
    response.end();
    return 'other';
  });
  await closed;

  const { method = '', url = '' } = request;
  const status = response.headersSent ? response.statusCode : clientLeft;
  const milliseconds = performance.now() - startedAt;
  metrics.requestEnded(method, route, status, milliseconds / 1_000);
  const path = url.split('?')[0];
  log.debug({ requestId, method, path, status, milliseconds: Math.round(milliseconds) }, 'request');
}

/**
 * In milliseconds. Load balancers keep connections for 60 s and more, and answer 502 when this side has just closed one; a request
 * that trickles in holds a connection, so it must be complete by then.
 */
const timeLimits = { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 30_000 };
/** Streams and sockets among them: each costs some ten kilobytes. */
const mostConnections = 20_000;

/** The client disconnected before the answer: nginx's status for it. */
const clientLeft = 499;

/** How long running requests may take to end, in milliseconds. */
const closeLimit = 5_000;

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A stream's connection is idle only once its end was sent.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), closeLimit);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
