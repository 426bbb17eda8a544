import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SchemaDeps } from '../../schema/context.ts';
import { type Access, isSameMachine } from '../access/access.ts';
import type { Log } from '../log.ts';
import { callerOf } from './caller.ts';
import { endpoint, openGraphQLServer } from './graphql-server.ts';
import { checkQueryVariables, RefusedBody, readJsonBody } from './read-body.ts';
import { openWebSockets } from './web-sockets.ts';

/** A page that is served beside the API on the embedded default. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly access: Access;
  /** What `/readyz` asks; each rejects when its server is away. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  /** Serves the sandbox's sites by their host names; false when the host is none of them. */
  readonly sites?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Pages for whoever sits at this machine, such as the inbox. */
  readonly pages?: (path: string) => Page | undefined;
  readonly log: Log;
}

export interface Api {
  readonly port: number;
  /** Takes no more requests, ends live streams and waits a while for what runs. */
  close(): Promise<void>;
}

/** How long running requests may take to end, in milliseconds. */
const closeLimit = 5_000;
const checkLimit = 2_000;

/** Serves the API; resolves once it listens, and rejects when it cannot. `depsAt` makes what resolvers need, given the port. */
export async function openApi(depsAt: (port: number) => SchemaDeps, options: ApiOptions): Promise<Api> {
  const { access, log } = options;
  const server = createServer();
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const deps = depsAt(port);
  const graphql = openGraphQLServer(deps, access, log);
  const sockets = openWebSockets(server, graphql, access, log);
  server.on('request', (request, response) => {
    logged(request, response, log);
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'request failed');
      if (!response.headersSent)
        sendJson(response, 500, { errors: [{ message: 'Something went wrong on our side.' }] });
      response.end();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await options.sites?.(request, response)) return;
    const path = (request.url ?? '/').split('?')[0];
    switch (path) {
      case endpoint:
        return answerGraphQL(request, response);
      case '/healthz':
        return sendJson(response, 200, { status: 'alive' });
      case '/readyz':
        return answerReady(response);
      case '/':
        response.writeHead(302, { location: endpoint }).end();
        return;
    }
    const page = isSameMachine(callerOf(request)) ? options.pages?.(request.url ?? '/') : undefined;
    if (page) response.writeHead(page.status, page.headers).end(page.body);
    else sendJson(response, 404, { errors: [{ message: `There is nothing here; the API is at ${endpoint}.` }] });
  }

  async function answerGraphQL(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.method === 'POST') Object.assign(request, { body: await readJsonBody(request) });
      else checkQueryVariables(request.url ?? '/');
    } catch (error) {
      if (!(error instanceof RefusedBody)) throw error;
      response.setHeader('connection', 'close');
      return sendJson(response, error.status, { errors: [{ message: error.message }] });
    }
    await graphql(request, response);
  }

  async function answerReady(response: ServerResponse): Promise<void> {
    const names = Object.keys(options.checks);
    const results = await Promise.allSettled(
      Object.values(options.checks).map((check) => Promise.race([check(), rejectAfter(checkLimit)])),
    );
    const states = Object.fromEntries(
      results.map(({ status }, index) => [names[index], status === 'fulfilled' ? 'ok' : 'away']),
    );
    sendJson(response, results.every(({ status }) => status === 'fulfilled') ? 200 : 503, states);
  }

  log.info({ host: options.host, port }, 'listening');
  return {
    port,
    async close() {
      deps.streams.close();
      const closed = closeServer(server);
      await sockets.close();
      await closed;
    },
  };
}

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

/** One line for each request, with an id that the answer carries as well. Never its body or its headers. */
function logged(request: IncomingMessage, response: ServerResponse, log: Log): void {
  const requestId = randomUUID();
  const startedAt = performance.now();
  response.setHeader('x-request-id', requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  response.once('close', () => {
    const path = (request.url ?? '').split('?')[0];
    const milliseconds = Math.round(performance.now() - startedAt);
    log.debug({ requestId, method: request.method, path, status: response.statusCode, milliseconds }, 'request');
  });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

const rejectAfter = (milliseconds: number): Promise<never> =>
  new Promise((_resolve, reject) => setTimeout(() => reject(new Error('No answer in time.')), milliseconds).unref());
