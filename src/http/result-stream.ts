import type { ExecutionResult } from 'graphql';
import { WatchEnded } from '../live/watch.ts';
import { asGraphQLError, isClosing, type MaskResult } from './error-mask.ts';

export interface ResultStreamOptions {
  readonly events: AsyncIterableIterator<object>;
  readonly resultOf: (event: object) => ExecutionResult | Promise<ExecutionResult>;
  /** What identifies an event, so that the stream resumes after it. */
  readonly idOf: ((event: object) => string) | undefined;
  readonly mask: MaskResult;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  /** Called once. */
  readonly onEnd: () => void;
}

type Next = IteratorResult<ExecutionResult, undefined>;

const ended: Next = { done: true, value: undefined };

/**
 * The results of one subscription; an error that ends it is its last result. Fails with WatchEnded when this server closes:
 * the transport then breaks off, so that clients reconnect by themselves, which none does after an end in order. A class, since there may
 * be ten thousand: their methods exist once.
 */
export class ResultStream implements AsyncGenerator<ExecutionResult, undefined> {
  readonly #options: ResultStreamOptions;
  #failure: Error | undefined;
  #isEnded = false;
  /** What identifies the event that the last result is of. */
  id: string | undefined;

  constructor(options: ResultStreamOptions) {
    this.#options = options;
  }

  async next(): Promise<Next> {
    if (this.#isEnded) return ended;
    const { events, resultOf, idOf, mask, signal } = this.#options;
    try {
      const { done, value: event } = await events.next();
      if (this.#failure) throw this.#failure;
      if (!done) {
        const result = await resultOf(event);
        this.id = idOf?.(event);
        return { done: false, value: result };
      }
      this.#end();
      return ended;
    } catch (error) {
      this.#end();
      if (signal.aborted) return ended;
      if (isClosing(error)) throw new WatchEnded('closing');
      return { done: false, value: mask({ errors: [asGraphQLError(error)] }) };
    }
  }

  /** Ends with this error. */
  fail(error: Error): void {
    this.#failure = error;
    // An event that is awaited does not come any more: this ends the wait.
    void this.#options.events.return?.();
  }

  async return(): Promise<Next> {
    this.#end();
    return ended;
  }

  async throw(error: unknown): Promise<Next> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    void this.#options.events.return?.();
    this.#options.onEnd();
  }
}
