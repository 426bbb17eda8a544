import type { CompanyId } from '../company/company-id.ts';
import type { CompanyEventRow } from '../company/find-companies.ts';
import type { CompanyChannel } from './company-channel.ts';
import { pageSize, type ReadEvents } from './read-events.ts';
import { pauseWhileUnavailable } from './watch.ts';

/**
 * The newest events of one company, in order and without gaps, as this process knows them: received or read once, however many
 * watch. A notification that carries the event after the newest one needs no read. After any other, and
 * whenever some may have been lost, the feed is uncertain, and reads before its watchers continue.
 */
export interface CompanyFeed {
  /** The version of the newest known event. */
  readonly newest: number;
  /** There may be newer events; `update` reads them. */
  readonly isUncertain: boolean;
  /** The event after `version`; undefined when it is unknown, or too old to be kept. */
  after(version: number): CompanyEventRow | undefined;
  /** Reads newer events and wakes the watchers, later when that failed. Reads under way are shared. */
  update(): void;
  /** The events after a version that are too old to be kept; rejects while the database is unavailable. */
  read(version: number): Promise<readonly CompanyEventRow[]>;
  /** Notifications may have been lost: watchers are woken to read. */
  doubt(): void;
  /** Calls `wake` whenever there may be something new, until the returned function is called. */
  join(wake: () => void): () => void;
}

/**
 * How many events are kept, besides those that come now, for watchers who have not taken them yet; slower ones read from the
 * database. Few, since ten thousand companies may be watched.
 */
const mostKept = 8;

export interface FeedOptions {
  readonly channel: CompanyChannel;
  readonly read: ReadEvents;
  /** Called when nobody watches any more. */
  readonly onIdle: () => void;
}

/** A feed that knows nothing after `start` yet. */
export function openCompanyFeed(id: CompanyId, start: number, { channel, read, onIdle }: FeedOptions): CompanyFeed {
  const recent: CompanyEventRow[] = [];
  const watchers = new Set<() => void>();
  let newest = start;
  let isUncertain = true;
  let isReading = false;

  const append = (events: readonly CompanyEventRow[]): void => {
    recent.splice(0, recent.length - mostKept);
    recent.push(...events);
    newest = events.at(-1)?.version ?? newest;
  };
  const wakeAll = (): void => {
    for (const wake of watchers) wake();
  };
  const doubt = (): void => {
    isUncertain = true;
    wakeAll();
  };

  const stopListening = channel.listen(id, (event) => {
    if (event && event.version <= newest) return;
    if (event?.version !== newest + 1) return doubt();
    append([event]);
    wakeAll();
  });

  async function update(): Promise<void> {
    isReading = true;
    // What is notified from now on may be missing in the result.
    isUncertain = false;
    try {
      const events = await read(id, newest);
      // Some may have come with notifications meanwhile.
      append(events.filter(({ version }) => version > newest));
      if (events.length === pageSize) isUncertain = true;
      wakeAll();
    } catch {
      isUncertain = true;
      setTimeout(wakeAll, pauseWhileUnavailable);
    } finally {
      isReading = false;
    }
  }

  return {
    get newest() {
      return newest;
    },
    get isUncertain() {
      return isUncertain;
    },
    after: (version) => recent[version + recent.length - newest],
    update() {
      if (!isReading) update();
    },
    read: (version) => read(id, version),
    doubt,
    join(wake) {
      watchers.add(wake);
      return () => {
        watchers.delete(wake);
        if (watchers.size > 0) return;
        stopListening();
        onIdle();
      };
    },
  };
}
