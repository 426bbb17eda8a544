import { callAt } from '../common/call-at.ts';
import type { CompanyEventRow } from '../company/find-companies.ts';
import { isFinal } from '../company/status.ts';
import type { CompanyFeed } from './company-feed.ts';
import { pauseWhileUnavailable, Watch } from './watch.ts';

export interface WatchOptions {
  /** Finds the company's feed, or opens it. */
  readonly feed: () => CompanyFeed;
  readonly sinceVersion: number;
  /** When the right to watch expires, in milliseconds since 1970. */
  readonly until: number;
  /** Hears of the beginning, which is the first call of `next`, and of the end. */
  readonly onOpen: (watch: CompanyWatch) => void;
  readonly onClose: (watch: CompanyWatch) => void;
}

/** One watcher's events, in order and without gaps. It keeps a position and no events, so a slow reader costs nothing. */
export class CompanyWatch extends Watch<CompanyEventRow> {
  readonly #options: WatchOptions;
  #feed: CompanyFeed | undefined;
  #version: number;
  /** The event at `version` ends an attempt. */
  #isFinal = false;
  /** Events that are too old for the feed to keep, in reverse order. */
  #older: CompanyEventRow[] = [];
  #leave = (): void => {};

  constructor(options: WatchOptions) {
    super();
    this.#options = options;
    // One version earlier, so that a stream that is resumed at its end finds that end again.
    this.#version = Math.max(0, options.sinceVersion - 1);
  }

  async next(): Promise<IteratorResult<CompanyEventRow, undefined>> {
    const feed = this.isEnded ? undefined : this.#open();
    while (feed && !this.isEnded) {
      const event = this.#older.pop() ?? feed.after(this.#version);
      if (event) {
        this.#version = event.version;
        this.#isFinal = isFinal(event.status);
        // There is no company any more that a watcher could ask about.
        if (event.kind === 'DELETED') this.end('returned');
        else if (event.version > this.#options.sinceVersion) return { done: false, value: event };
      } else if (this.#version < feed.newest) await this.#readOlder(feed);
      else if (!feed.isUncertain && this.#isFinal) this.end('returned');
      else {
        const woken = this.woken();
        if (feed.isUncertain) feed.update();
        await woken;
      }
    }
    return this.ended();
  }

  protected override leave(): void {
    this.#leave();
  }

  #open(): CompanyFeed {
    if (this.#feed) return this.#feed;
    const { feed: find, until, onOpen, onClose } = this.#options;
    const feed = find();
    const stopWaking = feed.join(() => this.wakeUp());
    const stopTimer = callAt(until, () => this.end('expired'));
    this.#leave = () => {
      this.#leave = () => {};
      stopTimer();
      stopWaking();
      onClose(this);
    };
    this.#feed = feed;
    onOpen(this);
    return feed;
  }

  /** Waits a while when there is nothing to read: the database is unavailable, or lacks what a notification has carried. */
  async #readOlder(feed: CompanyFeed): Promise<void> {
    const events = await feed.read(this.#version).catch(() => []);
    this.#older = events.toReversed();
    if (events.length > 0) return;
    const woken = this.woken();
    setTimeout(() => this.wakeUp(), pauseWhileUnavailable);
    await woken;
  }
}
