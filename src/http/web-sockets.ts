import type { IncomingMessage, Server } from 'node:http';
import { type GraphQLError, parse } from 'graphql';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import { isAsyncIterable } from 'graphql-yoga';
import { type WebSocket, WebSocketServer } from 'ws';
import { schema } from '../../schema/index.ts';
import { TooManyUnknownKeys } from '../access/api-key-ring.ts';
import { Unauthenticated } from '../access/authenticate.ts';
import { KeysUnavailable } from '../access/key-set.ts';
import { type Revocations, revoked } from '../access/revoked-tokens.ts';
import type { Log } from '../observability/log.ts';
import type { Identify, Identity } from './caller.ts';
import { endpoint } from './endpoint.ts';
import type { OperationResult, RunOperation } from './run-operation.ts';
import { openSocket, type Socket } from './web-socket.ts';

/** RFC 6455's registry: Try Again Later. */
const tryAgainLater = 1013;

/** The largest message, in bytes: less than a body of HTTP, since the first one comes from anybody. */
const largestMessage = 100_000;

/** What is kept of a connection. */
interface Connection extends Record<PropertyKey, unknown> {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  identity?: Identity;
}

/**
 * The protocol graphql-transport-ws at the same address as HTTP. The token comes in the connection's parameters as
 * `authorization`; without a good one, and once it has ended or was revoked, the socket closes with 4403 and says why.
 */
export function openWebSockets(
  server: Server,
  run: RunOperation,
  { identify, revocations, log }: { readonly identify: Identify; readonly revocations: Revocations; readonly log: Log },
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ server, path: endpoint, maxPayload: largestMessage, handleProtocols });
  sockets.on('error', (error) => log.warn({ err: error.message }, 'WebSocket server error'));

  const protocol = makeServer<{ authorization?: unknown }, Connection>({
    async onConnect({ connectionParams, extra }) {
      const { authorization } = connectionParams ?? {};
      try {
        const identity = await identify(extra.request, {
          authorization: typeof authorization === 'string' ? authorization : undefined,
        });
        extra.identity = identity;
        extra.socket.signedIn(identity.viewer.until);
        const forget = revocations.watch(identity.viewer, () => extra.socket.endSoon(revoked(identity.viewer).message));
        extra.socket.left.addEventListener('abort', forget);
        return true;
      } catch (error) {
        const isPassing = error instanceof KeysUnavailable || error instanceof TooManyUnknownKeys;
        if (!isPassing && !(error instanceof Unauthenticated)) throw error;
        extra.socket.close(isPassing ? tryAgainLater : CloseCode.Forbidden, error.message);
        return false;
      }
    },
    async onSubscribe({ extra: { identity, socket } }, _id, parameters) {
      // The library does not subscribe before onConnect has accepted the client.
      if (!identity) throw new Error('A subscription without a viewer.');
      const outcome = await socket.whileRunning(() =>
        run({ ...identity, signal: socket.left, readsOnly: false, position: {} }, parameters),
      );
      return !isAsyncIterable(outcome) && outcome.data === undefined && outcome.errors?.some(isDocumentError)
        ? outcome.errors
        : { schema, document: anyOperation, contextValue: outcome };
    },
    // The operation has run by then, as it does by every other transport: this is its outcome, from onSubscribe.
    execute: ({ contextValue }) => contextValue as OperationResult,
  });

  sockets.on('connection', (webSocket: WebSocket, request) => {
    const socket = openSocket(webSocket, log);
    const closed = protocol.opened(socket, { request, socket });
    webSocket.once('close', (code, reason) => closed(code, String(reason)));
  });
  return {
    async close() {
      for (const client of sockets.clients) client.close(1001, 'This server is shutting down; connect again.');
      const late = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, closeLimit);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(late);
    },
  };
}

/** How long clients may take to answer that the server closes, in milliseconds. */
const closeLimit = 2_000;

/** What the library is given to run in the place of the operation that has run. */
const anyOperation = parse('{ __typename }');

/** The protocol reports invalid documents in a message of their own. */
const isDocumentError = ({ extensions: { code } }: GraphQLError): boolean =>
  code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
