import { setTimeout as pause } from 'node:timers/promises';
import { callAt } from '../common/call-at.ts';
import type { LogEntry } from '../company/event-log.ts';
import type { Requester } from '../company/requester.ts';
import { pauseWhileUnavailable, Watch } from './watch.ts';

/** The newest entries, as this process has read them once for all who watch. */
export interface RecentEntries {
  /** Everything after this position is kept here. */
  readonly since: number;
  readonly newest: number;
  /** The first kept entry after a position that the requester may see. */
  after(position: number, requester: Requester): LogEntry | undefined;
  /** Entries from the database, for watches that are further behind. Rejects while it is unavailable. */
  older(requester: Requester, after: number): Promise<readonly LogEntry[]>;
  /** Calls `wake` whenever there may be something new, until the returned function is called. */
  join(wake: () => void): () => void;
}

export interface EventLogWatchOptions {
  readonly recent: RecentEntries;
  readonly requester: Requester;
  readonly after: number;
  /** When the right to watch expires, in milliseconds since 1970. */
  readonly until: number;
  /** Called at the beginning, which is the first call of `next`, and at the end. */
  readonly onOpen: (watch: EventLogWatch) => void;
  readonly onClose: (watch: EventLogWatch) => void;
}

/** What one requester sees of the event log. It keeps a position and at most a page of entries. */
export class EventLogWatch extends Watch<LogEntry> {
  readonly #options: EventLogWatchOptions;
  #position: number;
  /** Entries that are too old to be kept for all, in reverse order. */
  #older: LogEntry[] = [];
  #isOpen = false;
  #leave = (): void => {};

  constructor(options: EventLogWatchOptions) {
    super();
    this.#options = options;
    this.#position = options.after;
  }

  async next(): Promise<IteratorResult<LogEntry, undefined>> {
    const { recent, requester } = this.#options;
    if (!this.isEnded && !this.#isOpen) this.#open();
    while (!this.isEnded) {
      const woken = this.woken();
      if (this.#older.length === 0 && this.#position < recent.since) await this.#readOlder();
      const entry = this.#older.pop() ?? recent.after(this.#position, requester);
      if (entry && !this.isEnded) {
        this.#position = entry.position;
        return { done: false, value: entry };
      }
      if (this.#position >= recent.since) {
        this.#position = Math.max(this.#position, recent.newest);
        await woken;
      }
    }
    return this.ended();
  }

  protected override leave(): void {
    this.#leave();
  }

  #open(): void {
    this.#isOpen = true;
    const { recent, until, onOpen, onClose } = this.#options;
    const stopWaking = recent.join(() => this.wakeUp());
    const stopTimer = callAt(until, () => this.end('expired'));
    this.#leave = () => {
      this.#leave = () => {};
      stopTimer();
      stopWaking();
      onClose(this);
    };
    onOpen(this);
  }

  /** Goes to the end of what was kept before the read when the requester may see nothing up to there. */
  async #readOlder(): Promise<void> {
    const { recent, requester } = this.#options;
    const { since } = recent;
    try {
      const entries = await recent.older(requester, this.#position);
      this.#older = entries.toReversed();
      if (entries.length === 0) this.#position = since;
    } catch {
      await pause(pauseWhileUnavailable, undefined, { ref: false });
    }
  }
}
