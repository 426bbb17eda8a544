import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Unauthenticated } from '../access/authenticate.ts';
import { WatchExpired } from '../live/company-stream.ts';
import type { Log } from '../log.ts';

/**
 * What a client may read of an error: errors of GraphQL and ours as they are; of everything else a reference id, under
 * which the log has the rest.
 */
export const errorMask =
  (log: Log) =>
  (error: unknown): Error => {
    const cause = error instanceof GraphQLError ? error.originalError : error;
    if (cause instanceof Unauthenticated) return unauthenticated(cause.message);
    if (cause instanceof WatchExpired) return unauthenticated('Your token has expired; resume with a new one.');
    if (error instanceof GraphQLError && (!cause || cause instanceof GraphQLError)) return error;

    const reference = randomUUID();
    log.error({ err: cause, reference }, 'request failed');
    return new GraphQLError(`Something went wrong on our side. Tell support this reference: ${reference}`, {
      ...(error instanceof GraphQLError
        ? { nodes: error.nodes, source: error.source, positions: error.positions, path: error.path }
        : {}),
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    });
  };

const unauthenticated = (message: string): GraphQLError =>
  new GraphQLError(message, {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } },
  });
