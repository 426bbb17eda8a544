import DataLoader from 'dataloader';
import { callAt } from '../common/call-at.ts';
import type { CompanyId } from '../company/company-id.ts';
import { findLogLines, type LogLineRow } from '../company/find-log-lines.ts';
import type { PageSearch } from '../company/find-pages.ts';
import { isFinal } from '../company/status.ts';
import type { Db } from '../company/tables.ts';
import type { CompanyChannel, LogChannel } from './company-channel.ts';
import type { CompanyReader } from './company-reader.ts';
import { longestPause, pauseWhileUnavailable, Watch } from './watch.ts';

/** Companies' logs as they are written. */
export interface LogStreams {
  /**
   * Every line of the company's log after `sinceLine`, in order and once. Ends once the company is ACTIVE, FAILED or deleted and all its
   * lines were taken, and when the reader returns it. It keeps at most one page of lines, however slow its reader is. Fails
   * with WatchEnded at `until`, in milliseconds since 1970, and when the streams close.
   */
  read(id: CompanyId, sinceLine: number, until?: number): AsyncIterableIterator<LogLineRow>;
  /** Ends all streams, so that a server can close. */
  close(): void;
}

export interface LogStreamOptions {
  readonly channel: Pick<CompanyChannel, 'listen'> & Pick<LogChannel, 'listenForLines'>;
  readonly companies: Pick<CompanyReader, 'get'>;
}

const pageSize = 100;

export function openLogStreams(db: Db, options: LogStreamOptions): LogStreams {
  const readers = new Set<LogReader>();
  // Those who wait for the same lines read them by one statement.
  const pages = new DataLoader((searches: readonly PageSearch[]) => findLogLines(db, searches), { cache: false });
  const timer = setInterval(() => {
    for (const reader of readers) reader.doubt();
  }, longestPause).unref();
  let isClosed = false;
  return {
    read(id, sinceLine, until = Number.POSITIVE_INFINITY) {
      const reader: LogReader = new LogReader(id, sinceLine, {
        ...options,
        readPage: (after) => pages.load({ id, window: { after, fromEnd: false, limit: pageSize } }),
        onEnd() {
          cancel();
          readers.delete(reader);
        },
      });
      const cancel = callAt(until, () => reader.end('expired'));
      readers.add(reader);
      if (isClosed) reader.end('closing');
      return reader;
    },
    close() {
      isClosed = true;
      clearInterval(timer);
      for (const reader of readers) reader.end('closing');
    },
  };
}

interface ReaderOptions extends LogStreamOptions {
  readonly readPage: (after: number) => Promise<LogLineRow[]>;
  readonly onEnd: () => void;
}

class LogReader extends Watch<LogLineRow> {
  readonly #options: ReaderOptions;
  readonly #id: CompanyId;
  readonly #stopListening: readonly (() => void)[];
  #line: number;
  #page: LogLineRow[] = [];
  /** There may be lines after the page. */
  #mayHaveMore = true;
  /** The attempt may have ended since its company was read. */
  #mayHaveEnded = true;

  constructor(id: CompanyId, sinceLine: number, options: ReaderOptions) {
    super();
    this.#id = id;
    this.#line = sinceLine;
    this.#options = options;
    const { channel } = options;
    this.#stopListening = [
      channel.listenForLines(id, () => {
        this.#mayHaveMore = true;
        this.wakeUp();
      }),
      channel.listen(id, (event) => {
        if (!event || isFinal(event.status) || event.kind === 'DELETED') this.doubt();
      }),
    ];
  }

  /** Reads the lines and the company again. */
  doubt(): void {
    this.#mayHaveMore = true;
    this.#mayHaveEnded = true;
    this.wakeUp();
  }

  async next(): Promise<IteratorResult<LogLineRow, undefined>> {
    while (!this.isEnded) {
      const line = this.#page.shift();
      if (line) {
        this.#line = line.number;
        return { done: false, value: line };
      }
      if (this.#mayHaveMore || this.#mayHaveEnded) await this.#readOn();
      else await this.woken();
    }
    return this.ended();
  }

  protected override leave(): void {
    for (const stop of this.#stopListening) stop();
    this.#options.onEnd();
  }

  /** Reads the company before the page, which then holds all that was written before its end. */
  async #readOn(): Promise<void> {
    const { readPage, companies } = this.#options;
    const mayHaveEnded = this.#mayHaveEnded;
    this.#mayHaveMore = false;
    this.#mayHaveEnded = false;
    try {
      const company = mayHaveEnded ? await companies.get(this.#id) : undefined;
      const isOver = mayHaveEnded && (!company || isFinal(company.status));
      this.#page = await readPage(this.#line);
      if (this.#page.length === pageSize) this.#mayHaveMore = true;
      if (!isOver) return;
      if (this.#page.length > 0) this.#mayHaveEnded = true;
      else this.end('returned');
    } catch {
      // The database is unavailable.
      const woken = this.woken();
      setTimeout(() => this.doubt(), pauseWhileUnavailable);
      await woken;
    }
  }
}
