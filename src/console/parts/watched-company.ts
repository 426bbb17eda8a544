import { NotConnected } from '../api.ts';
import type { App } from '../app.ts';
import {
  CompanyChangedDocument,
  CompanyDocument,
  CompanyLogAccessDocument,
  type WatchedCompanyFragment,
} from '../operations.ts';
import type { CompanyEvent } from './attempts.ts';

export type Company = WatchedCompanyFragment;

/** A company that is followed by its stream: every event once, whatever connection is lost meanwhile. */
export interface WatchedCompany {
  /** Undefined until it is known, null where there is none for this viewer. */
  readonly company: Company | null | undefined;
  /** Every event from the first one on, in order. */
  readonly events: readonly CompanyEvent[];
  /** May they change it and read its log? Undefined until it is known. */
  readonly isOwn: boolean | undefined;
  /** Shows a company that a mutation has returned, and follows it on. */
  accept(company: Company): void;
  close(): void;
}

/** Between an event and what is read because of it, in milliseconds. */
const calm = 150;
/** Between two tries to read what could not be read, in milliseconds. */
const pause = 1_000;

/** Calls `onEnd` when an attempt ends that was seen running. */
export function watchCompany(app: App, id: string, onEnd: (company: Company) => void): WatchedCompany {
  const left = new AbortController();
  const { signal } = left;
  const events: CompanyEvent[] = [];
  let company: Company | null | undefined;
  let isOwn: boolean | undefined;
  let isFollowing = false;
  let due: ReturnType<typeof setTimeout> | undefined;

  /** The end of an attempt is heard of by its event or by what is read after another one, whichever comes first, and once. */
  function know(latest: Company | null): void {
    if (company && latest && latest.version < company.version) return;
    const wasRunning = company?.status === 'QUEUED' || company?.status === 'PROVISIONING';
    company = latest;
    if (wasRunning && (latest?.status === 'ACTIVE' || latest?.status === 'FAILED')) onEnd(latest);
  }

  async function read(): Promise<void> {
    try {
      know((await app.request(CompanyDocument, { id }, signal)).company ?? null);
      if (company && isOwn === undefined) {
        isOwn = (await app.request(CompanyLogAccessDocument, { id }, signal)).company?.log != null;
      }
    } catch (error) {
      if (error instanceof NotConnected) readIn(pause);
      else if (!signal.aborted) throw error;
    }
    app.update();
  }

  function readIn(milliseconds: number): void {
    if (signal.aborted) return;
    due ??= setTimeout(() => {
      due = undefined;
      read();
    }, milliseconds);
  }

  async function follow(): Promise<void> {
    if (isFollowing || company === null) return;
    isFollowing = true;
    await app
      .follow(CompanyChangedDocument, () => ({ id, since: events.at(-1)?.version ?? 0 }), take, signal)
      .catch((error: unknown) => {
        if (company !== null) throw error;
      })
      .finally(() => {
        isFollowing = false;
      });
    readIn(0);
  }

  function take({ companyStatusChanged: event }: { readonly companyStatusChanged: CompanyEvent }): void {
    if (event.version <= (events.at(-1)?.version ?? 0)) return;
    events.push(event);
    if (company && event.version > company.version) {
      const { status, progress, version } = event;
      know({ ...company, status, progress, version });
      if (event.kind !== 'STEP_PROGRESSED') readIn(calm);
    }
    app.update();
  }

  /** Others may have retried it while nobody looked. */
  const look = (): void => {
    if (!document.hidden) read().then(resume);
  };
  const resume = (): void => {
    if (company && company.version > (events.at(-1)?.version ?? 0)) follow();
  };
  document.addEventListener('visibilitychange', look);
  read().then(follow);

  return {
    get company() {
      return company;
    },
    get isOwn() {
      return isOwn;
    },
    events,
    accept(next) {
      company = next;
      follow();
      app.update();
    },
    close() {
      document.removeEventListener('visibilitychange', look);
      clearTimeout(due);
      left.abort();
    },
  };
}
