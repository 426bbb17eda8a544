import { randomUUID } from 'node:crypto';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { Refusal } from '../../schema/refusal.ts';
import { Unauthenticated } from '../access/authenticate.ts';
import { WatchEnded } from '../live/watch.ts';
import type { Log } from '../observability/log.ts';

/** Why an operation is aborted: its client disconnected. */
export class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

/** Replaces a result's errors by what a client reads of them. */
export type MaskResult = (result: ExecutionResult) => ExecutionResult;

export function resultMask(log: Log): MaskResult {
  const maskError = errorMask(log);
  return (result) => (result.errors ? { ...result, errors: result.errors.map(maskError) } : result);
}

/**
 * What a client reads of an error: only a Refusal leaves as it is. What a library has said of a request is said again in
 * words of ours, since its own may quote a password; everything else becomes a reference id, under which the log has
 * the rest.
 */
const errorMask =
  (log: Log) =>
  (error: GraphQLError): Refusal => {
    const cause = causeOf(error);
    if (cause === error && error instanceof Refusal) return error;
    const refusal = refusalOf(cause);
    if (refusal) return refusal.at(error);

    const reference = randomUUID();
    log.error({ err: cause, reference }, 'request failed');
    const message = `Something went wrong on our side. Give this reference to support: ${reference}`;
    return new Refusal(message, { code: 'INTERNAL_SERVER_ERROR', reference }, { status: 500 }).at(error);
  };

/** What was thrown anywhere, as an error of a result. */
export const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) });

/** Whether an error is internal: clients see only a reference id for it. */
export const isInternal = (error: unknown): boolean => refusalOf(causeOf(error)) === undefined;

/** A stream has ended because this server closes. */
export function isClosing(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof WatchEnded && cause.reason === 'closing';
}

/** What was thrown in the first place, whatever it was wrapped into on its way. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (!(cause instanceof Refusal) && cause instanceof GraphQLError && cause.originalError)
    cause = cause.originalError;
  return cause;
}

function refusalOf(cause: unknown): Refusal | undefined {
  if (cause instanceof Refusal) return cause;
  if (cause instanceof Unauthenticated) return unauthenticated(cause.message);
  if (cause instanceof WatchEnded) return watchEnded(cause);
  // Nobody reads it.
  if (cause instanceof ClientLeft) return new Refusal('The client disconnected.', { code: 'BAD_REQUEST' });
  // Only execution finds a null in a nullable variable where an argument must not be null.
  if (cause instanceof GraphQLError && cause.message.startsWith('Argument "')) {
    return new Refusal('The value of an argument does not fit its type.', { code: 'BAD_USER_INPUT' });
  }
  return undefined;
}

const watchEnded = ({ reason }: WatchEnded): Refusal =>
  reason === 'expired'
    ? unauthenticated('Your token has expired; resume with a new one after the last event you have seen.')
    : new Refusal('This server is shutting down; resume after the last event you have seen.', {
        code: 'SERVICE_UNAVAILABLE',
      });

export const unauthenticated = (message: string): Refusal =>
  new Refusal(message, { code: 'UNAUTHENTICATED' }, { status: 401, headers: { 'www-authenticate': 'Bearer' } });
