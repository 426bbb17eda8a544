import type { CompanyId } from '../company/company-id.ts';
import type { CompanyEventRow } from '../company/find-companies.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import type { Liveness } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { CompanyChannel } from './company-channel.ts';
import { type CompanyFeed, openCompanyFeed } from './company-feed.ts';
import { CompanyWatch } from './company-watch.ts';
import { openEventReader } from './read-events.ts';
import { longestPause, WatchEnded } from './watch.ts';

/** A company's events as they happen. */
export interface CompanyStreams {
  /**
   * Every event of the company after `sinceVersion`, in order, without gaps or duplicates; `version` is the newest one that
   * the caller knows of. Ends once the newest event is ACTIVE or FAILED, and when the reader returns it. A slow reader
   * costs no memory: events that it has not requested yet stay in the database. Fails with WatchEnded at `until`, in
   * milliseconds since 1970, and when the streams close.
   */
  watch(
    company: Pick<CompanyRow, 'id' | 'version'>,
    sinceVersion: number,
    until?: number,
  ): AsyncIterableIterator<CompanyEventRow>;
  /** Resolves once the company has a newer event or is ACTIVE or FAILED, when `over` aborts, and when the streams close. */
  newer(company: Pick<CompanyRow, 'id' | 'version'>, over: AbortSignal): Promise<void>;
  /** Ends all streams, so that a server can close. */
  close(): void;
}

export function openCompanyStreams(
  db: Db,
  channel: CompanyChannel,
  options: { readonly liveness: Liveness; readonly log: Log },
): CompanyStreams {
  const feeds = new Map<CompanyId, CompanyFeed>();
  const watches = new Set<CompanyWatch>();
  let isClosed = false;
  const read = openEventReader(db, options);
  const timer = setInterval(() => {
    for (const feed of feeds.values()) feed.doubt();
  }, longestPause).unref();

  const feedOf = (id: CompanyId, start: number): CompanyFeed => {
    const known = feeds.get(id);
    if (known) return known;
    const feed = openCompanyFeed(id, start, { channel, read, onIdle: () => feeds.delete(id) });
    feeds.set(id, feed);
    return feed;
  };

  const watch: CompanyStreams['watch'] = ({ id, version }, sinceVersion, until = Number.POSITIVE_INFINITY) =>
    new CompanyWatch({
      feed() {
        const feed = feedOf(id, Math.max(0, sinceVersion - 1));
        if (version > feed.newest) feed.doubt();
        return feed;
      },
      sinceVersion,
      until,
      onOpen(opened) {
        watches.add(opened);
        if (isClosed) opened.end('closing');
      },
      onClose: (closed) => watches.delete(closed),
    });

  return {
    watch,
    async newer(company, over) {
      const events = watch(company, company.version);
      const end = (): void => void events.return?.();
      over.addEventListener('abort', end, { once: true });
      if (over.aborted) end();
      await events.next().catch((error: unknown) => {
        if (!(error instanceof WatchEnded)) throw error;
      });
      over.removeEventListener('abort', end);
      end();
    },
    close() {
      isClosed = true;
      clearInterval(timer);
      for (const watch of watches) watch.end('closing');
    },
  };
}
