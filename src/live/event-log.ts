import { setTimeout as pause } from 'node:timers/promises';
import { findLogEntries, type LogEntry, newestPosition, numberEvents } from '../company/event-log.ts';
import type { Requester } from '../company/requester.ts';
import type { Db } from '../company/tables.ts';
import { isVisibleTo } from '../company/visibility.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import { type Log, logOnChange } from '../observability/log.ts';
import type { EventLogChannel } from './company-channel.ts';
import { EventLogWatch, type RecentEntries } from './event-log-watch.ts';
import { longestPause, pauseWhileUnavailable } from './watch.ts';

/** The events of all companies, in the order in which they committed. */
export interface EventLog {
  /** The next events after a position up to `newest` that the requester may see, at most `limit` of them. */
  page(requester: Requester, after: number, limit: number): Promise<LogEntry[]>;
  /** Numbers what has committed before the call, and resolves to the position of the newest event. */
  newest(): Promise<number>;
  /**
   * Every event after a position up to `newest` that the requester may see, as it commits, without gaps or duplicates. A slow reader costs no
   * memory. Fails with WatchEnded at `until`, in milliseconds since 1970, and when the log closes.
   */
  watch(requester: Requester, after: number, until?: number): AsyncIterableIterator<LogEntry>;
  /** Ends all watches, so that a server can close. */
  close(): void;
}

const mostKept = 1_000;
const pageSize = 100;
/** What commits within this time, in milliseconds, is read together. */
const gathering = 20;

export function openEventLog(
  db: Db,
  channel: EventLogChannel,
  { liveness, log }: { readonly liveness: Liveness; readonly log: Log },
): EventLog {
  const report = logOnChange((err) => log.warn({ err }, 'the event log could not be read, retrying'));
  const watches = new Set<EventLogWatch>();
  const wakers = new Set<() => void>();
  let kept: LogEntry[] = [];
  /** Everything after `since` up to `newest` is kept; both are where the log ended when the first watch began. */
  let [since, newest, end] = [0, 0, 0];
  let stopListening: (() => void) | undefined;
  let [isDue, isReading, isClosed] = [false, false, false];

  const timer = setInterval(() => update(), longestPause).unref();

  async function readNewer(): Promise<void> {
    using _read = liveness.watch('event log read', turnLimit);
    await numberEvents(db);
    const entries = await findLogEntries(db, everybody, newest, pageSize);
    isDue ||= entries.length === pageSize;
    kept.push(...entries);
    newest = entries.at(-1)?.position ?? newest;
    const leaving = kept.length - mostKept;
    if (leaving > 0) {
      since = kept[leaving - 1]?.position ?? since;
      kept = kept.slice(leaving);
    }
    for (const wake of wakers) wake();
  }

  /** Reads what is new, while anybody watches. A call during a read has it read again. */
  async function update(): Promise<void> {
    isDue = true;
    if (isReading) return;
    isReading = true;
    while (isDue && wakers.size > 0) {
      isDue = false;
      try {
        await readNewer();
        await pause(gathering, undefined, { ref: false });
      } catch (error) {
        report(error instanceof Error ? error.message : String(error));
        isDue = true;
        await pause(pauseWhileUnavailable, undefined, { ref: false });
      }
    }
    isReading = false;
  }

  const recent: RecentEntries = {
    get since() {
      return since;
    },
    get newest() {
      return newest;
    },
    after(position, requester) {
      const next = kept.findLastIndex((entry) => entry.position <= position) + 1;
      return kept.find((entry, index) => index >= next && isVisibleTo(requester, entry));
    },
    older: (requester, after) => findLogEntries(db, requester, after, pageSize),
    join(wake) {
      // What has happened while nobody watched is read by each watch that has missed it.
      if (wakers.size === 0) [kept, since, newest] = [[], end, end];
      wakers.add(wake);
      stopListening ??= channel.listenToAll(update);
      update();
      return () => {
        wakers.delete(wake);
        if (wakers.size > 0) return;
        stopListening?.();
        stopListening = undefined;
      };
    },
  };

  return {
    page: (requester, after, limit) => findLogEntries(db, requester, after, limit),
    async newest() {
      await numberEvents(db);
      end = await newestPosition(db);
      return end;
    },
    watch: (requester, after, until = Number.POSITIVE_INFINITY) =>
      new EventLogWatch({
        recent,
        requester,
        after,
        until,
        onOpen(opened) {
          watches.add(opened);
          if (isClosed) opened.end('closing');
        },
        onClose: (closed) => watches.delete(closed),
      }),
    close() {
      isClosed = true;
      clearInterval(timer);
      for (const watch of watches) watch.end('closing');
    },
  };
}

const everybody: Requester = { owner: '', email: undefined, seesAll: true, namesCustomers: false };
