import { type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Position } from '../../schema/context.ts';
import { Refusal } from '../../schema/refusal.ts';
import { tokenExpired, Unauthenticated } from '../access/authenticate.ts';
import { type Revocations, tokenRevoked } from '../access/revoked-tokens.ts';
import { WatchEnded } from '../live/company-stream.ts';
import type { Log } from '../observability/log.ts';
import type { Identity } from './caller.ts';
import { errorMask, isClosing } from './error-mask.ts';
import type { GraphQLServer } from './graphql-server.ts';
import { openOperationQueue } from './operation-queue.ts';
import type { Parameters } from './request-parameters.ts';
import type { ViewerLimits } from './viewer-limits.ts';

export interface Asking extends Identity {
  /** Aborted with ClientLeft when the client has left. */
  readonly signal: AbortSignal;
  /** For requests that a link on any page can make. */
  readonly readsOnly: boolean;
  readonly position: Position;
}

/** One answer, or the events of a subscription until its end. */
export type OperationResult = ExecutionResult | AsyncIterableIterator<ExecutionResult>;

/**
 * Runs an operation, by whichever transport it came. Never rejects: what goes wrong is in the result. Every error that
 * leaves the process passes `mask` in this file, also those of a stream's events and of its end.
 */
export type RunOperation = (asking: Asking, parameters: Parameters) => Promise<OperationResult>;

export function operationRunner(
  graphql: GraphQLServer,
  limits: ViewerLimits,
  revocations: Revocations,
  log: Log,
): RunOperation {
  const maskError = errorMask(log);
  const queue = openOperationQueue();
  const mask = (result: ExecutionResult): ExecutionResult =>
    result.errors ? { ...result, errors: result.errors.map(maskError) } : result;

  return async ({ viewer, address, signal, readsOnly, position }, { query, operationName, variables }) => {
    let release = (): void => {};
    let endStream = (): void => {};
    try {
      limits.countRequest(viewer);
      release = await queue.acquire(viewer.subject);
      signal.throwIfAborted();
      if (viewer.until !== undefined && Date.now() >= viewer.until)
        throw new Unauthenticated('TOKEN_EXPIRED', tokenExpired);
      if (revocations.includes(viewer)) throw revoked();
      const { schema, parse, validate, contextFactory, execute, subscribe } = graphql.getEnveloped({
        viewer,
        address,
        signal,
        position,
      });
      const document = parse(query);
      const faults = validate(schema, document);
      if (faults.length > 0) return mask({ errors: faults });
      const type = getOperationAST(document, operationName)?.operation;
      if (readsOnly && type === 'mutation') throw mutationByGet();
      const args = { schema, document, operationName, variableValues: variables, contextValue: await contextFactory() };
      if (type === 'subscription') endStream = limits.openStream(viewer);
      const outcome: ExecutionResult | AsyncIterable<ExecutionResult> = await (type === 'subscription'
        ? subscribe(args)
        : execute(args));
      if (isAsyncIterable(outcome)) {
        const untilRevoked = (end: () => void): (() => void) => revocations.watch(viewer, end);
        return maskedEvents(outcome, { mask, signal, untilRevoked, onEnd: endStream });
      }
      endStream();
      return mask(outcome);
    } catch (error) {
      endStream();
      return mask({ errors: [asGraphQLError(error)] });
    } finally {
      release();
    }
  };
}

interface MaskedEventsOptions {
  readonly mask: (result: ExecutionResult) => ExecutionResult;
  readonly signal: AbortSignal;
  /** Calls a function when the viewer's token is revoked, unless the returned one was called before. */
  readonly untilRevoked: (end: () => void) => () => void;
  /** Hears of the end, perhaps more than once. */
  readonly onEnd: () => void;
}

/**
 * The events with masked errors; an error that ends the stream is its last event. Fails with WatchEnded when this server
 * closes: the transport then breaks off, so that clients come back by themselves, which none does after an end in order.
 */
function maskedEvents(
  events: AsyncIterable<ExecutionResult>,
  { mask, signal, untilRevoked, onEnd: endStream }: MaskedEventsOptions,
): AsyncGenerator<ExecutionResult, void> {
  const iterator = events[Symbol.asyncIterator]();
  let isRevoked = false;
  const forget = untilRevoked(() => {
    isRevoked = true;
    // An event that is awaited does not come any more: this ends the wait.
    iterator.return?.().catch(() => {});
  });
  const onEnd = (): void => {
    forget();
    endStream();
  };
  const ended = { done: true, value: undefined } as const;
  let failed = false;
  return {
    async next() {
      if (failed) return ended;
      try {
        const { done, value } = await iterator.next();
        if (isRevoked) throw revoked();
        if (done) {
          onEnd();
          return ended;
        }
        if (value.errors?.some(isClosing)) throw new WatchEnded('closing');
        return { done: false, value: mask(value) };
      } catch (error) {
        failed = true;
        onEnd();
        if (signal.aborted) return ended;
        if (isClosing(error)) throw new WatchEnded('closing');
        return { done: false, value: mask({ errors: [asGraphQLError(error)] }) };
      }
    },
    async return() {
      onEnd();
      await iterator.return?.();
      return ended;
    },
    async throw(error) {
      onEnd();
      await iterator.return?.();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      onEnd();
      await iterator.return?.();
    },
  };
}

const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) });

const revoked = (): Unauthenticated => new Unauthenticated('TOKEN_REVOKED', tokenRevoked);

const mutationByGet = (): Refusal =>
  new Refusal('Send mutations by POST.', { code: 'BAD_REQUEST' }, { status: 405, headers: { allow: 'POST' } });
