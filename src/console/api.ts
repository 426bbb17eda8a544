import { createClient, TerminatedCloseEvent } from 'graphql-ws';
import type { TypedDocumentString } from './operations.ts';

/** The service's public API, as the person who is signed in may use it. */
export interface Api {
  /** Sends a query or a mutation; rejects with Refused, or with NotConnected. */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result>;
  /**
   * Calls `next` for every result of a subscription until it completes, and resolves then or when `signal` is aborted.
   * After a lost connection it subscribes again, with what `variables` returns by then. Rejects with Refused.
   */
  follow<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: () => Variables,
    next: (result: Result) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Since when streams have no connection, in milliseconds since 1970; undefined while they have one or need none. */
  readonly lostSince: number | undefined;
}

/** The API has answered with errors. */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** Of the first error, e.g. `FORBIDDEN`. */
  readonly code: string;
  readonly errors: readonly GraphQLErrorLike[];

  constructor(errors: readonly GraphQLErrorLike[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.errors = errors;
    this.code = String(errors[0]?.extensions?.['code'] ?? '');
  }
}

/** The API could not be reached. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
  override readonly message = 'The service cannot be reached.';
}

interface GraphQLErrorLike {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

interface Outcome<Result> {
  readonly data?: Result | null | undefined;
  readonly errors?: readonly GraphQLErrorLike[] | undefined;
}

function resultOf<Result>({ data, errors }: Outcome<Result>): Result {
  if (errors?.length) throw new Refused(errors);
  if (!data) throw new Refused([{ message: 'The answer was empty.' }]);
  return data;
}

/** Whether these are about a token that does not count, or does not any more. */
const hasEnded = (errors: readonly GraphQLErrorLike[] = []): boolean =>
  errors[0]?.extensions?.['code'] === 'UNAUTHENTICATED';

/** The errors with which a subscription was refused or has ended; undefined when something else has ended it. */
function errorsOf(error: unknown): readonly GraphQLErrorLike[] | undefined {
  if (error instanceof Refused) return error.errors;
  if (Array.isArray(error)) return error;
  if (!(error instanceof CloseEvent) || error.code !== forbidden) return undefined;
  return [{ message: error.reason, extensions: { code: 'UNAUTHENTICATED' } }];
}

/** What is given up rejects as well when its connection has been closed already. */
const ignored = (): void => {};

/** A connection that was closed, could not be made, or has been given up. */
const isOfConnection = (error: unknown): boolean => error instanceof Event || error instanceof TerminatedCloseEvent;

const endpoint = '/graphql';
/** Between a lost connection and the next try, in milliseconds. */
const pause = 1_000;
/** How often a quiet connection is tested, and how long its answer may take, in milliseconds. */
const heartbeat = 10_000;
/** The API closes a socket with it whose token is missing, wrong, expired or revoked. */
const forbidden = 4403;

/** Calls `signedOut` with the reason when the token does not count, and `changed` when a connection is lost or back. */
export function openApi(
  token: string | undefined,
  { signedOut, changed }: { signedOut(reason: string): void; changed(): void },
): Api & { close(): void } {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let lostSince: number | undefined;
  let followers = 0;
  const lost = (since: number | undefined): void => {
    if ((lostSince === undefined) === (since === undefined)) return;
    lostSince = since;
    changed();
  };

  // One socket for all streams: browsers open no more than six connections to a server over HTTP/1.1, for all tabs together.
  let answered: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: new URL(endpoint, location.href.replace(/^http/, 'ws')).href,
    connectionParams: authorization,
    // Its own retries would subscribe with the first variables again, and so repeat what was seen.
    retryAttempts: 0,
    keepAlive: heartbeat,
    on: {
      connected: () => lost(undefined),
      ping: (received) => {
        if (!received) answered = setTimeout(() => socket.terminate(), heartbeat);
      },
      pong: () => clearTimeout(answered),
      closed: () => clearTimeout(answered),
    },
  });

  /** Whoever has asked gets no answer: their screen is replaced by the one that asks to sign in. */
  function endSession(errors: readonly GraphQLErrorLike[] = []): Promise<never> {
    signedOut(errors[0]?.message ?? '');
    return new Promise(() => {});
  }

  async function subscribe<Result>(
    query: string,
    variables: unknown,
    next: (result: Result) => void,
    signal: AbortSignal,
  ) {
    const results = socket.iterate<Result>({ query, variables: variables as Record<string, unknown> });
    const end = (): void => void results.return?.().catch(ignored);
    signal.addEventListener('abort', end, { once: true });
    try {
      for await (const result of results) if (!signal.aborted) next(resultOf(result));
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  return {
    get lostSince() {
      return lostSince;
    },
    async request(document, variables, signal) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query: document.toString(), variables }),
        ...(signal ? { signal } : {}),
      }).catch((error: unknown) => {
        throw signal?.aborted ? error : new NotConnected();
      });
      const outcome: Outcome<never> = await response.json().catch(() => {
        throw new NotConnected();
      });
      return hasEnded(outcome.errors) ? endSession(outcome.errors) : resultOf(outcome);
    },
    async follow(document, variables, next, signal) {
      followers += 1;
      using _ = {
        [Symbol.dispose]() {
          followers -= 1;
          if (followers === 0) lost(undefined);
        },
      };
      while (!signal.aborted) {
        try {
          return await subscribe(document.toString(), variables(), next, signal);
        } catch (error) {
          if (signal.aborted) return;
          const errors = errorsOf(error);
          if (hasEnded(errors)) return endSession(errors);
          if (errors) throw new Refused(errors);
          if (!isOfConnection(error)) throw error;
          lost(lostSince ?? Date.now());
          await new Promise((resolve) => setTimeout(resolve, pause));
        }
      }
    },
    close() {
      Promise.resolve(socket.dispose()).catch(ignored);
    },
  };
}
