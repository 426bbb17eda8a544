import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SchemaDeps } from '../../schema/context.ts';
import { type Access, isSameMachine } from '../access/access.ts';
import type { Route } from '../metrics.ts';
import { callerOf } from './caller.ts';
import { endpoint, openGraphQLServer } from './graphql-server.ts';
import type { Health } from './health.ts';
import { type HttpServerOptions, openHttpServer } from './http-server.ts';
import { checkQueryVariables, RefusedBody, readJsonBody } from './read-body.ts';
import { sendJson } from './send-json.ts';
import { openWebSockets } from './web-sockets.ts';

/** A page that is served beside the API on the embedded default. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiOptions extends HttpServerOptions {
  readonly access: Access;
  readonly health: Health;
  /** Serves the sandbox's sites by their host names; false when the host is none of them. */
  readonly sites?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Pages for whoever sits at this machine, such as the inbox. */
  readonly pages?: (path: string) => Page | undefined;
}

export interface Api {
  readonly port: number;
  /** Takes no more requests, ends live streams and waits a while for what runs. */
  close(): Promise<void>;
}

/** Serves the API; resolves once it listens, and rejects when it cannot. `depsAt` makes what resolvers need, given the port. */
export async function openApi(depsAt: (port: number) => SchemaDeps, options: ApiOptions): Promise<Api> {
  const { access, metrics, log } = options;
  const http = await openHttpServer(options);
  const deps = depsAt(http.port);
  const graphql = openGraphQLServer(deps, access, metrics, log);
  const sockets = openWebSockets(http.server, graphql, access, log);
  http.serve(answer);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Route> {
    if (await options.sites?.(request, response)) return 'sites';
    if ((request.url ?? '/').split('?')[0] === endpoint) {
      await answerGraphQL(request, response);
      return isStream(response) ? 'streams' : endpoint;
    }
    if (!(await options.health.answer(request, response))) answerOther(request, response);
    return 'other';
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

  function answerOther(request: IncomingMessage, response: ServerResponse): void {
    const address = request.url ?? '/';
    if (address.split('?')[0] === '/') {
      response.writeHead(302, { location: endpoint }).end();
      return;
    }
    const page = isSameMachine(callerOf(request)) ? options.pages?.(address) : undefined;
    if (page) response.writeHead(page.status, page.headers).end(page.body);
    else sendJson(response, 404, { errors: [{ message: `There is nothing here; the API is at ${endpoint}.` }] });
  }

  return {
    port: http.port,
    async close() {
      deps.streams.close();
      const closed = http.close();
      await sockets.close();
      await closed;
    },
  };
}

const isStream = (response: ServerResponse): boolean => response.getHeader('content-type') === 'text/event-stream';
