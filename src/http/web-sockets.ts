import type { Server } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Access } from '../access/access.ts';
import { Unauthenticated } from '../access/authenticate.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Log } from '../log.ts';
import { callerOf } from './caller.ts';
import { errorMask } from './error-mask.ts';
import { endpoint, type GraphQLServer } from './graphql-server.ts';
import { largestBody } from './read-body.ts';

interface SignedIn extends Record<PropertyKey, unknown> {
  viewer: Viewer;
}

/**
 * The protocol graphql-transport-ws at the same address as HTTP. The token comes in the connection's parameters as
 * `authorization`; without a good one the socket closes with 4403.
 */
export function openWebSockets(
  server: Server,
  graphql: GraphQLServer,
  access: Access,
  log: Log,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({ server, path: endpoint, maxPayload: largestBody });
  const mask = errorMask(log);
  sockets.on('connection', (socket) => {
    socket.on('error', (error) => log.debug({ err: error.message }, 'WebSocket refused'));
  });
  sockets.on('error', (error) => log.warn({ err: error.message }, 'WebSocket server is disturbed'));

  const served = useServer<{ authorization?: unknown }, SignedIn>(
    {
      onConnect: async ({ connectionParams, extra }) => {
        const { authorization } = connectionParams ?? {};
        try {
          extra.viewer = await access.identify({
            ...callerOf(extra.request),
            ...(typeof authorization === 'string' ? { authorization } : {}),
          });
          return true;
        } catch (error) {
          if (error instanceof Unauthenticated) return false;
          throw error;
        }
      },
      onSubscribe: async ({ extra }, _id, params) => {
        try {
          const { schema, parse, validate, contextFactory } = graphql.getEnveloped({
            req: extra.request,
            viewer: extra.viewer,
            params,
          });
          const document = parse(params.query);
          const errors = validate(schema, document);
          if (errors.length > 0) return errors.map(mask);
          return {
            schema,
            document,
            operationName: params.operationName,
            variableValues: params.variables,
            contextValue: await contextFactory(),
          };
        } catch (error) {
          return [mask(error)];
        }
      },
      execute: graphql.getEnveloped().execute,
      subscribe: graphql.getEnveloped().subscribe,
    },
    sockets,
  );

  return {
    async close() {
      await served.dispose();
    },
  };
}
