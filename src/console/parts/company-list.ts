import { NotConnected } from '../api.ts';
import type { App } from '../app.ts';
import {
  CompaniesChangedDocument,
  CompanyListDocument,
  type CompanyListQuery,
  CompanyPageDocument,
  type CompanyStatus,
  type ListedCompanyFragment,
} from '../operations.ts';

export type ListedCompany = ListedCompanyFragment;

/** Which companies are shown: with one of these statuses, or any, and with this text. */
export interface Shown {
  readonly status: readonly CompanyStatus[];
  readonly text: string;
}

/** The companies that are shown, newest first. It is kept up to date by the events of all companies. */
export interface CompanyList {
  readonly shown: Shown;
  /** Undefined until the first ones are there. */
  readonly rows: readonly ListedCompany[] | undefined;
  readonly counts:
    | Readonly<Record<CompanyStatus, { readonly totalCount: number; readonly totalCountIsExact: boolean }>>
    | undefined;
  /** Since when the oldest company waits that is queued; undefined when none is. */
  readonly waitingSince: string | undefined;
  /** There are no more. */
  readonly isComplete: boolean;
  /** Why nothing came, for people. */
  readonly fault: string | undefined;
  show(shown: Shown): void;
  loadMore(): Promise<void>;
  reload(): Promise<void>;
  close(): void;
}

/** How many are read at first, and each time after that. */
const firstPage = 50;
const nextPage = 100;
/** Between an event and what is read because of it, in milliseconds: many events come together. */
const calm = 1_000;
/** Until what happened before the stream began is read, in milliseconds. */
const settling = 5_000;
/** Until somebody has typed what they look for, in milliseconds. */
const typing = 200;

export function companyList(app: App, shown: Shown): CompanyList {
  const left = new AbortController();
  let reading = new AbortController();
  /** Only other filters abort it: what is read anew at the top does not change what follows below. */
  let readingMore = new AbortController();
  let rows: ListedCompany[] | undefined;
  let newest: CompanyListQuery | undefined;
  let endCursor: string | null = null;
  let isComplete = false;
  let isReadingMore = false;
  let fault: string | undefined;
  let cursor: string | undefined;
  let due: ReturnType<typeof setTimeout> | undefined;

  const filter = () => ({
    ...(shown.text ? { text: shown.text } : {}),
    ...(shown.status.length > 0 ? { status: [...shown.status] } : {}),
  });

  /** The newest ones anew; those below them stay. */
  async function reload(): Promise<void> {
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    try {
      newest = await app.request(
        CompanyListDocument,
        { first: firstPage, filter: filter(), text: shown.text || null },
        signal,
      );
      const { edges, pageInfo } = newest.companies;
      const first = edges.map(({ node }) => node);
      const below = pageInfo.hasNextPage ? olderThan(first.at(-1), rows ?? []) : [];
      if (below.length === 0)
        ({ endCursor = null, hasNextPage: isComplete } = { ...pageInfo, hasNextPage: !pageInfo.hasNextPage });
      rows = [...first, ...below];
      fault = undefined;
    } catch (error) {
      if (signal.aborted) return;
      fault =
        error instanceof NotConnected
          ? 'The list could not be read: the service cannot be reached.'
          : `The list could not be read. ${(error as Error).message}`;
    }
    app.update();
  }

  function reloadIn(milliseconds: number): void {
    due ??= setTimeout(() => {
      due = undefined;
      reload();
    }, milliseconds);
  }

  async function loadMore(): Promise<void> {
    if (isReadingMore || isComplete || rows === undefined) return;
    isReadingMore = true;
    const { signal } = readingMore;
    try {
      const { companies } = await app.request(
        CompanyPageDocument,
        { first: nextPage, after: endCursor, filter: filter() },
        signal,
      );
      const known = new Set(rows.map(({ id }) => id));
      rows = [...rows, ...companies.edges.map(({ node }) => node).filter(({ id }) => !known.has(id))];
      endCursor = companies.pageInfo.endCursor ?? null;
      isComplete = !companies.pageInfo.hasNextPage;
    } catch {
      // Scrolling, or the button, asks again.
    } finally {
      isReadingMore = false;
    }
    app.update();
  }

  reload();
  app
    .follow(
      CompaniesChangedDocument,
      () => {
        // What happened until this begins is not sent when it has not begun before.
        if (cursor === undefined) reloadIn(settling);
        return { after: cursor ?? null };
      },
      ({
        companiesStatusChanged: {
          cursor: position,
          node: {
            company: { id },
            version,
            status,
            progress,
          },
        },
      }) => {
        cursor = position;
        rows = rows?.map((row) =>
          row.id === id && row.version < version ? { ...row, version, status, progress } : row,
        );
        reloadIn(calm);
        app.update();
      },
      left.signal,
    )
    .catch(() => {});

  return {
    get shown() {
      return shown;
    },
    get rows() {
      return rows;
    },
    get counts() {
      return (
        newest && {
          DRAFT: newest.draft,
          QUEUED: newest.queued,
          PROVISIONING: newest.provisioning,
          ACTIVE: newest.active,
          FAILED: newest.failed,
        }
      );
    },
    get waitingSince() {
      return newest?.waiting.edges[0]?.node.health?.since;
    },
    get isComplete() {
      return isComplete;
    },
    get fault() {
      return fault;
    },
    show(next) {
      shown = next;
      rows = undefined;
      readingMore.abort();
      readingMore = new AbortController();
      clearTimeout(due);
      due = undefined;
      reloadIn(typing);
      app.update();
    },
    loadMore,
    reload,
    close() {
      clearTimeout(due);
      reading.abort();
      readingMore.abort();
      left.abort();
    },
  };
}

/** Those of `rows` that come after `last`, newest first. */
function olderThan(last: ListedCompany | undefined, rows: readonly ListedCompany[]): readonly ListedCompany[] {
  if (!last) return [];
  return rows.filter(
    ({ createdAt, id }) => createdAt < last.createdAt || (createdAt === last.createdAt && id < last.id),
  );
}
