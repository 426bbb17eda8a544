import { Repeater } from '@repeaterjs/repeater';
import type { CompanyId } from '../company/company-id.ts';
import { type CompanyEventRow, companyById, findEvents } from '../company/find-companies.ts';
import { isFinal } from '../company/status.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { CompanyChannel } from './company-channel.ts';
import { sharedRead } from './shared-read.ts';
import { openWakeUp } from './wake-up.ts';

/** A company's events as they happen. */
export interface CompanyStreams {
  /**
   * Every event after `sinceVersion`, in order, without gaps or duplicates. Ends once the newest event is ACTIVE or FAILED,
   * and when the reader returns it. A slow reader costs no memory: events that it has not requested yet stay in the
   * database. Fails with WatchEnded at `until`, in milliseconds since 1970, and when the streams close.
   */
  watch(id: CompanyId, sinceVersion: number, until?: number): AsyncIterableIterator<CompanyEventRow>;
  /** The company as it is now; watchers of one event share a read. */
  companyNow(id: CompanyId): Promise<CompanyRow>;
  /** Ends all streams, so that a server can close. */
  close(): void;
}

/** A stream that ends before the company does: the right to watch has expired, or this server closes. */
export class WatchEnded extends Error {
  override readonly name = 'WatchEnded';
  readonly reason: 'expired' | 'closing';

  constructor(reason: WatchEnded['reason']) {
    super(`The stream ended: ${reason}`);
    this.reason = reason;
  }
}

/** The database is read at least this often, in milliseconds, whatever notifications got lost; sooner while it is unavailable. */
const longestPause = 30_000;
const pauseWhileUnavailable = 1_000;
const pageSize = 100;

export function openCompanyStreams(
  db: Db,
  channel: CompanyChannel,
  { liveness, log }: { readonly liveness: Liveness; readonly log: Log },
): CompanyStreams {
  const closing = new AbortController();
  const readEvents = sharedRead(async (id: CompanyId, version: number) => {
    using _read = liveness.watch('event read', turnLimit);
    return await findEvents(db, id, { after: version, fromEnd: false, limit: pageSize });
  });
  const readCompany = sharedRead((id: CompanyId) => companyById(db, id));

  return {
    watch: (id, sinceVersion, until = Number.POSITIVE_INFINITY) =>
      new Repeater<CompanyEventRow>(async (push, stop) => {
        const wakeUp = openWakeUp();
        const stopListening = channel.listen(id, wakeUp.notify);
        const returned = new AbortController();
        stop.then(() => returned.abort());
        const ended = AbortSignal.any([returned.signal, closing.signal]);
        ended.addEventListener('abort', wakeUp.notify);
        // One version earlier, so that a stream resumed at its end finds that end again.
        let version = sinceVersion - 1;
        let atEnd = false;
        try {
          while (!ended.aborted) {
            const events = await readEvents(id, version).catch((error: Error) => {
              log.warn({ companyId: id, err: error.message }, 'events could not be read, retrying');
            });
            for (const event of events ?? []) {
              if (event.version > sinceVersion) await push(event);
              if (ended.aborted) break;
              version = event.version;
              atEnd = isFinal(event.status);
            }
            if (Date.now() >= until) throw new WatchEnded('expired');
            if (events?.length === pageSize) continue;
            if (events && atEnd) return;
            await wakeUp.wait(Math.min(events ? longestPause : pauseWhileUnavailable, until - Date.now()));
          }
          if (closing.signal.aborted && !returned.signal.aborted) throw new WatchEnded('closing');
        } finally {
          stopListening();
          stop();
        }
      }),
    companyNow: readCompany,
    close: () => closing.abort(),
  };
}
