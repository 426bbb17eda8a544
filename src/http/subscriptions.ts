import { execute } from '@graphql-tools/executor';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  validateSubscriptionArgs,
} from 'graphql';
import { isAsyncIterable, isPromise } from 'graphql-yoga';
import type { Position } from '../../schema/context.ts';
import { type Revocations, revoked } from '../access/revoked-tokens.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Identity } from './caller.ts';
import type { MaskResult } from './error-mask.ts';
import { ResultStream } from './result-stream.ts';
import type { ViewerLimits } from './viewer-limits.ts';

export interface SubscriptionOptions {
  readonly limits: ViewerLimits;
  readonly revocations: Revocations;
  readonly metrics: Metrics;
  readonly mask: MaskResult;
}

/** What a subscription needs of its operation's context. */
export interface SubscriptionContext extends Identity {
  readonly signal: AbortSignal;
  readonly position: Position;
}

export type Subscribe = (args: ExecutionArgs) => Promise<ExecutionResult | ResultStream>;

/**
 * Starts subscriptions. An event is executed once for all who ask the same of it and may see the same; each of them has a
 * stream of their own, which ends when their token is revoked.
 */
export function openSubscriptions({ limits, revocations, metrics, mask }: SubscriptionOptions): Subscribe {
  const sharedResult = openSharedResults(mask);

  return async (args) => {
    const context = args.contextValue as SubscriptionContext;
    const { viewer, signal } = context;
    const validated = validateSubscriptionArgs(args);
    if (!('schema' in validated)) return { errors: validated };
    const release = limits.openStream(viewer);
    try {
      const source = await createSourceEventStream(validated);
      if (!isAsyncIterable(source)) {
        release();
        return source;
      }
      const closed = metrics.streamOpened();
      const request = requestOf(args, context);
      const stream = new ResultStream({
        // Every subscription of the schema is one of objects.
        events: source[Symbol.asyncIterator]() as AsyncIterableIterator<object>,
        resultOf: (event) => sharedResult(request, event, args),
        idOf: context.position.idOf,
        mask,
        signal,
        onEnd() {
          forget();
          closed();
          release();
        },
      });
      const forget = revocations.watch(viewer, () => stream.fail(revoked(viewer)));
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  };
}

type Result = ExecutionResult | Promise<ExecutionResult>;
type SharedResult = (request: string, event: object, args: ExecutionArgs) => Result;

/**
 * Shares a result among those who take the event in the same turn. Who comes later gets one of their own: an event's company is
 * read as it is now, and an error may have passed.
 */
function openSharedResults(mask: MaskResult): SharedResult {
  let ofThisTurn: Map<object, Map<string, Result>> | undefined;
  const startTurn = () => {
    setImmediate(() => {
      ofThisTurn = undefined;
    });
    return new Map();
  };
  return (request, event, args) => {
    ofThisTurn ??= startTurn();
    const ofEvent = ofThisTurn.get(event) ?? new Map<string, Result>();
    ofThisTurn.set(event, ofEvent);
    const begun = ofEvent.get(request);
    if (begun) return begun;
    // Cast: an incremental result would need `@defer` or `@stream`, which the schema does not have.
    const executed = execute({ ...args, rootValue: event }) as Result;
    const result = isPromise(executed) ? executed.then(mask) : mask(executed);
    ofEvent.set(request, result);
    return result;
  };
}

const documentNumbers = new WeakMap<DocumentNode, number>();
let documentCount = 0;

function numberOf(document: DocumentNode): number {
  const known = documentNumbers.get(document);
  if (known !== undefined) return known;
  documentCount += 1;
  documentNumbers.set(document, documentCount);
  return documentCount;
}

/**
 * Names what is asked, by whom. Subscriptions of one name get the same results: whoever is no operator sees their own companies
 * alone, a stream token shows less than its owner's own, and the audit log records what an operator reads by subject, token and address.
 */
function requestOf(
  { document, operationName, variableValues }: ExecutionArgs,
  { viewer, address }: SubscriptionContext,
): string {
  const { owner, verifiedEmail, subject, roles, scopes, seesAll, tokenId, keyId, onlyStreamOf } = viewer;
  const reader = seesAll ? [subject, tokenId, keyId, address] : [verifiedEmail];
  return JSON.stringify([
    numberOf(document),
    operationName,
    variableValues,
    owner,
    roles,
    scopes,
    onlyStreamOf,
    reader,
  ]);
}
