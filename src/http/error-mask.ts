import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { Unauthenticated } from '../access/authenticate.ts';
import { WatchEnded } from '../live/company-stream.ts';
import type { Log } from '../log.ts';

/**
 * What a client may read of an error: errors of GraphQL and ours as they are; of everything else a reference id, under
 * which the log has the rest.
 */
export const errorMask =
  (log: Log) =>
  (error: unknown): GraphQLError => {
    const cause = causeOf(error);
    if (cause instanceof Unauthenticated) return unauthenticated(cause.message);
    if (cause instanceof WatchEnded) return watchEnded(cause);
    if (isOfGraphQL(error)) return withoutValues(error);

    const reference = randomUUID();
    log.error({ err: cause, reference }, 'request failed');
    return copyOf(error, `Something went wrong on our side. Tell support this reference: ${reference}`, {
      code: 'INTERNAL_SERVER_ERROR',
      reference,
    });
  };

/** Something went wrong on our side, of which a client reads no more than a reference id. */
export function isOurs(error: unknown): boolean {
  const cause = causeOf(error);
  return !(cause instanceof Unauthenticated || cause instanceof WatchEnded || isOfGraphQL(error));
}

const causeOf = (error: unknown): unknown => (error instanceof GraphQLError ? error.originalError : error);

const isOfGraphQL = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError && (!error.originalError || error.originalError instanceof GraphQLError);

/**
 * GraphQL quotes the value that it found wrong, and that may be a password, or an input that holds one. What stands
 * before the value names the variable, the path and the type; the value is cut.
 */
export function withoutValues(error: GraphQLError): GraphQLError {
  const { originalError: _quotesTheBody, ...extensions } = error.extensions;
  const [, where = '', what = ''] = /^(\S+ "[^"]*" has invalid value(?: at [^:]*)?: )?(.*)$/s.exec(error.message) ?? [];
  const told = what
    .replace(/, found\b.*$/s, '.')
    .replace(/( value): .*$/s, '$1.')
    .replace(/^(Syntax Error: (?:Unexpected|Invalid) \w+)\b.*$/s, '$1.');
  return copyOf(error, `${where}${told}`, extensions);
}

function copyOf(error: unknown, message: string, extensions: GraphQLError['extensions']): GraphQLError {
  if (!(error instanceof GraphQLError)) return new GraphQLError(message, { extensions });
  const { nodes, source, positions, path } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

const watchEnded = ({ why }: WatchEnded): GraphQLError =>
  why === 'expired'
    ? unauthenticated('Your token has expired; resume with a new one and the last version as sinceVersion.')
    : new GraphQLError('This server closes; resume with the last version as sinceVersion.', {
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      });

const unauthenticated = (message: string): GraphQLError =>
  new GraphQLError(message, {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } } },
  });
