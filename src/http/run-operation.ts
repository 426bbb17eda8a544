import { setImmediate } from 'node:timers/promises';
import { type ExecutionResult, getOperationAST } from 'graphql';
import type { ManyInOne, Position, WaitAside } from '../../schema/context.ts';
import { onlyStreams, Refusal } from '../../schema/refusal.ts';
import { tokenExpired, Unauthenticated } from '../access/authenticate.ts';
import { type Revocations, revoked } from '../access/revoked-tokens.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Identity } from './caller.ts';
import { countMutations } from './count-mutations.ts';
import { asGraphQLError, type MaskResult } from './error-mask.ts';
import type { GraphQLServer } from './graphql-server.ts';
import { openOperationQueue, type Place } from './operation-queue.ts';
import type { Parameters } from './request-parameters.ts';
import { ResultStream } from './result-stream.ts';
import type { ViewerLimits } from './viewer-limits.ts';

export interface Asking extends Identity {
  /** Aborted with ClientLeft when the client has left. */
  readonly signal: AbortSignal;
  /** For requests that a link on any page can make. */
  readonly readsOnly: boolean;
  readonly position: Position;
}

/** One answer, or the results of a subscription until its end. */
export type OperationResult = ExecutionResult | ResultStream;

/**
 * Runs an operation, by whichever transport it came. Never rejects: what goes wrong is in the result. Every error that
 * leaves the process passes `mask`, here or in a stream.
 */
export type RunOperation = (asking: Asking, parameters: Parameters) => Promise<OperationResult>;

export function operationRunner(
  graphql: GraphQLServer,
  limits: ViewerLimits,
  revocations: Revocations,
  mask: MaskResult,
): RunOperation {
  const queue = openOperationQueue();
  /** Time has passed since the request was authenticated. */
  const assertCurrent = (viewer: Viewer): void => {
    if (viewer.until !== undefined && Date.now() >= viewer.until)
      throw new Unauthenticated('TOKEN_EXPIRED', tokenExpired);
    if (revocations.includes(viewer)) throw revoked(viewer);
  };

  return async ({ viewer, address, signal, readsOnly, position }, { query, operationName, variables }) => {
    let place: Place | undefined;
    const waitAside: WaitAside = async (wait, atMost) => {
      const close = limits.openStream(viewer);
      const revoking = new AbortController();
      const forget = revocations.watch(viewer, () => revoking.abort());
      const rest = Math.max(0, Math.min(atMost, (viewer.until ?? Number.POSITIVE_INFINITY) - Date.now()));
      const over = AbortSignal.any([signal, revoking.signal, AbortSignal.timeout(Math.ceil(rest))]);
      await place
        ?.leaveWhile(() => wait(over))
        .finally(() => {
          forget();
          close();
        });
      assertCurrent(viewer);
    };
    const manyInOne: ManyInOne = {
      // One was counted when the operation came.
      countAs: (requests) => limits.countRequests(viewer, requests - 1),
      async nextTurn() {
        // Requests that have arrived are read as well: the embedded database leaves the event loop no time by itself.
        await place?.leaveWhile(() => setImmediate());
        signal.throwIfAborted();
        assertCurrent(viewer);
      },
    };
    try {
      limits.countRequests(viewer, 1);
      place = await queue.acquire(viewer.owner);
      signal.throwIfAborted();
      assertCurrent(viewer);
      const { schema, parse, validate, contextFactory, execute, subscribe } = graphql.getEnveloped({
        viewer,
        address,
        signal,
        readsOnly,
        position,
        waitAside,
        manyInOne,
      });
      const document = parse(query);
      const operation = getOperationAST(document, operationName);
      const type = operation?.operation;
      if (viewer.onlyStreamOf !== undefined && type !== 'subscription') throw onlyStreams();
      const faults = validate(schema, document);
      if (faults.length > 0) return mask({ errors: faults });
      if (readsOnly && type === 'mutation') throw mutationByGet();
      const mutations = operation ? countMutations(document, operation) : 0;
      if (mutations > 1) manyInOne.countAs(mutations);
      const args = { schema, document, operationName, variableValues: variables, contextValue: await contextFactory() };
      const outcome: OperationResult = await (type === 'subscription' ? subscribe(args) : execute(args));
      return outcome instanceof ResultStream ? outcome : mask(outcome);
    } catch (error) {
      return mask({ errors: [asGraphQLError(error)] });
    } finally {
      place?.release();
    }
  };
}

const mutationByGet = (): Refusal =>
  new Refusal('Send mutations by POST.', { code: 'BAD_REQUEST' }, { status: 405, headers: { allow: 'POST' } });
