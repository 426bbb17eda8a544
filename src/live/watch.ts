/** What is watched is read at least this often, in milliseconds, whatever notifications got lost. */
export const longestPause = 30_000;
/** Before the database is read again, in milliseconds. */
export const pauseWhileUnavailable = 1_000;

/** A stream that ends before what it watches does: the right to watch has expired, or this server closes. */
export class WatchEnded extends Error {
  override readonly name = 'WatchEnded';
  readonly reason: 'expired' | 'closing';

  constructor(reason: WatchEnded['reason']) {
    super(`The stream ended: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Items as they come, for one reader, until it returns or somebody ends the watch. A class, since there may be ten thousand of
 * them: their methods exist once.
 */
export abstract class Watch<Item> implements AsyncIterableIterator<Item> {
  #reason: 'returned' | WatchEnded['reason'] | undefined;
  #wakeUp = (): void => {};

  abstract next(): Promise<IteratorResult<Item, undefined>>;

  /** Stops listening and whatever else the watch keeps going. May be called more than once. */
  protected abstract leave(): void;

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.end('returned');
    return { done: true, value: undefined };
  }

  /** The first reason counts: `next` fails with WatchEnded once, or completes. */
  end(reason: 'returned' | WatchEnded['reason']): void {
    this.#reason ??= reason;
    this.leave();
    this.wakeUp();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  protected get isEnded(): boolean {
    return this.#reason !== undefined;
  }

  /** What `next` comes to once the watch has ended. */
  protected ended(): IteratorReturnResult<undefined> {
    const reason = this.#reason;
    this.#reason = 'returned';
    if (reason === 'expired' || reason === 'closing') throw new WatchEnded(reason);
    return { done: true, value: undefined };
  }

  protected wakeUp(): void {
    this.#wakeUp();
  }

  /** Resolves at the next call of `wakeUp`. */
  protected woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeUp = resolve;
    });
  }
}
