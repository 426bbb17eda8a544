import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { SchemaDeps } from '../../schema/context.ts';
import type { Access } from '../access/access.ts';
import { Unauthenticated } from '../access/authenticate.ts';
import { clientAddress, networkOf } from '../access/client-address.ts';
import type { Revocations } from '../access/revoked-tokens.ts';
import type { SignInLink } from '../access/sign-in-link.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics, Route } from '../observability/metrics.ts';
import { graphqlAnswers } from './answer-graphql.ts';
import { callerOf, type Identify } from './caller.ts';
import { consolePath, openConsole } from './console.ts';
import { endpoint } from './endpoint.ts';
import { resultMask } from './error-mask.ts';
import { openGraphiQLPage } from './graphiql.ts';
import { openGraphQLServer } from './graphql-server.ts';
import type { Health } from './health.ts';
import type { HttpServer } from './http-server.ts';
import { operationRunner } from './run-operation.ts';
import { sendJson } from './send-json.ts';
import { answersLink, asksToSignIn } from './sign-in-page.ts';
import { openSubscriptions } from './subscriptions.ts';
import { limitUnauthenticatedConnections } from './unauthenticated-connections.ts';
import type { ViewerLimits } from './viewer-limits.ts';
import { openWebSockets } from './web-sockets.ts';

/** A page that is served alongside the API on the embedded default. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiOptions {
  readonly access: Access;
  /** Which tokens have been revoked. */
  readonly revocations: Revocations;
  readonly health: Health;
  /** Browsers get GraphiQL at the API's address, once the link has signed them in; without a link it asks for a token. */
  readonly graphiql: { readonly link: SignInLink | undefined } | undefined;
  /** The link signs in to the console, which sends people to the sign-in page where there is one. */
  readonly console: { readonly link: SignInLink | undefined; readonly signInPage: string | undefined };
  /** The proxies that are trusted to report a client's address. */
  readonly trustedProxies: BlockList;
  /** Who may introspect the schema. */
  readonly seesSchema: (viewer: Viewer) => boolean;
  /** On what viewers may ask. */
  readonly limits: ViewerLimits;
  /** Serves the sandbox's sites by their host names; false when the host is none of them. */
  readonly sites?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  /** Further pages for browsers that the link has signed in, such as the inbox. */
  readonly pages?: { readonly link: SignInLink; readonly at: (path: string) => Page | undefined };
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface Api {
  /** Stops accepting requests, ends live streams and waits a while for requests in flight. */
  close(): Promise<void>;
}

/** Serves the API on `http`. */
export function openApi(http: HttpServer, deps: SchemaDeps, options: ApiOptions): Api {
  const { access, revocations, limits, metrics, log } = options;
  const mask = resultMask(log);
  const subscribe = openSubscriptions({ limits, revocations, metrics, mask });
  const graphql = openGraphQLServer({ deps, seesSchema: options.seesSchema, metrics, subscribe });
  const run = operationRunner(graphql, limits, revocations, mask);
  const signedIn = limitUnauthenticatedConnections(http.server);
  const addressOf = ({ headers, socket }: IncomingMessage): string | undefined =>
    clientAddress(socket.remoteAddress, String(headers['x-forwarded-for'] ?? ''), options.trustedProxies);
  const identify: Identify = async (request, given) => {
    const address = addressOf(request);
    const network = address && networkOf(address);
    const viewer = await access.identify(callerOf(request, { ...given, network })).catch((error: unknown) => {
      if (error instanceof Unauthenticated) deps.audit.refusedLogIn(error.reason, network);
      throw error;
    });
    signedIn(request.socket);
    return { viewer, address };
  };
  const answerGraphQL = graphqlAnswers(
    run,
    identify,
    limits,
    options.graphiql && openGraphiQLPage(options.graphiql.link),
  );
  const webConsole = openConsole(options.console);
  const sockets = openWebSockets(http.server, run, { identify, revocations, log });
  http.serve(answer);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<Route> {
    if (await options.sites?.(request, response)) return 'sites';
    if ((request.url ?? '/').split('?')[0] === endpoint) {
      const link = options.graphiql?.link;
      if (link && answersLink(link, endpoint, request, response)) return 'other';
      await answerGraphQL(request, response);
      return isStream(response) ? 'streams' : endpoint;
    }
    if ((await webConsole.answer(request, response)) || (await options.health.answer(request, response)))
      return 'other';
    answerOther(request, response);
    return 'other';
  }

  function answerOther(request: IncomingMessage, response: ServerResponse): void {
    const address = request.url ?? '/';
    if (address.split('?')[0] === '/') {
      const location = request.headers.accept?.includes('text/html') ? consolePath : endpoint;
      response.writeHead(302, { location, vary: 'accept' }).end();
      return;
    }
    const page = options.pages?.at(address);
    if (options.pages && page) answerPage(options.pages.link, page, request, response);
    else sendJson(response, 404, { errors: [{ message: `Not found; the API is at ${endpoint}.` }] });
  }

  return {
    async close() {
      // Sockets first: otherwise the end of a stream would reach its client as its completion.
      const closed = [sockets.close(), http.close()];
      deps.streams.close();
      deps.logs.close();
      deps.eventLog.close();
      await Promise.all(closed);
    },
  };
}

function answerPage(link: SignInLink, page: Page, request: IncomingMessage, response: ServerResponse): void {
  const [path = ''] = (request.url ?? '').split('?');
  if (answersLink(link, path, request, response) || asksToSignIn(link, request, response)) return;
  response.writeHead(page.status, page.headers).end(page.body);
}

const isStream = (response: ServerResponse): boolean => response.getHeader('content-type') === 'text/event-stream';
