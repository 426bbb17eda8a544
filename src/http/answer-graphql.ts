import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import { Refusal } from '../../schema/refusal.ts';
import { TooManyUnknownKeys } from '../access/api-key-ring.ts';
import { Unauthenticated } from '../access/authenticate.ts';
import { KeysUnavailable } from '../access/key-set.ts';
import { type Accepted, acceptedBy } from './accepted-types.ts';
import type { Identify } from './caller.ts';
import { ClientLeft, unauthenticated } from './error-mask.ts';
import { positionOf, writeEvents } from './event-stream.ts';
import type { GraphiQLPage } from './graphiql.ts';
import { setRateLimitFields } from './rate-limit-fields.ts';
import { largestBody, readParameters, streamTokenOf } from './request-parameters.ts';
import type { RunOperation } from './run-operation.ts';
import type { ViewerLimits } from './viewer-limits.ts';
import { isMalformed, writeResult } from './write-result.ts';

/**
 * Answers `/graphql` over HTTP. Nothing of a request is read, parsed or kept before it is known who asks; only the
 * preflight of browsers and GraphiQL, where it asks for a token itself, are open to everybody.
 */
export function graphqlAnswers(
  run: RunOperation,
  identify: Identify,
  limits: ViewerLimits,
  graphiql: GraphiQLPage | undefined,
) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Any page may ask: tokens come in a header that no browser adds by itself, and the cookie counts for our own page only.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', 'x-request-id, retry-after, ratelimit, ratelimit-policy');
    if (request.method === 'OPTIONS') return answerPreflight(response);
    if (graphiql && request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      return graphiql.answer(request, response);
    }
    const accepted = acceptedBy(request);
    try {
      await answer(request, response, accepted);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      closeUnread(request, response);
      writeResult(response, accepted.json ?? 'application/json', { errors: [error] });
    }
  };

  async function answer(request: IncomingMessage, response: ServerResponse, accepted: Accepted): Promise<void> {
    const identity = await identify(request, { streamToken: streamTokenOf(request) }).catch((error: unknown) => {
      if (error instanceof KeysUnavailable) throw unavailable(error.message);
      if (error instanceof TooManyUnknownKeys) throw tooManyUnknownKeys(error);
      throw error instanceof Unauthenticated ? unauthenticated(error.message) : error;
    });
    setRateLimitFields(response, limits.rateOf(identity.viewer, 1));
    if (!accepted.json && !accepted.events) throw unacceptable();
    const parameters = await readParameters(request);
    const left = new AbortController();
    response.once('close', () => response.writableFinished || left.abort(new ClientLeft()));
    const position = positionOf(request);
    const readsOnly = request.method === 'GET';
    const outcome = await run({ ...identity, signal: left.signal, readsOnly, position }, parameters);
    // It may have counted as many requests.
    setRateLimitFields(response, limits.rateOf(identity.viewer));
    if (isAsyncIterable(outcome)) {
      if (accepted.events) return writeEvents(response, outcome, position);
      await outcome.return?.();
      throw unacceptable();
    }
    if (accepted.json) return writeResult(response, accepted.json, outcome);
    if (isMalformed(outcome)) return writeResult(response, 'application/json', outcome);
    await writeEvents(response, singleEvent(outcome), position);
  }
}

function answerPreflight(response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
  // The wildcard stands for every header but this one (Fetch, § 3.3.5).
  response.setHeader('access-control-allow-headers', 'authorization, *');
  response.setHeader('access-control-max-age', '600');
  response.writeHead(204).end();
}

/** The rest of a body that is larger than any that is read would only cost time. */
function closeUnread(request: IncomingMessage, response: ServerResponse): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (!request.complete && (encoding !== undefined || Number(length) > largestBody)) {
    response.setHeader('connection', 'close');
  }
}

async function* singleEvent(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
}

const unavailable = (message: string): Refusal =>
  new Refusal(message, { code: 'SERVICE_UNAVAILABLE' }, { status: 503, headers: { 'retry-after': '10' } });

const tooManyUnknownKeys = ({ message, retryAfterSeconds }: TooManyUnknownKeys): Refusal =>
  new Refusal(
    message,
    { code: 'TOO_MANY_REQUESTS', retryAfterSeconds },
    { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
  );

const unacceptable = (): Refusal =>
  new Refusal(
    'Accept application/graphql-response+json or application/json; for subscriptions, text/event-stream.',
    { code: 'BAD_REQUEST' },
    { status: 406 },
  );
