import { Refusal } from '../../schema/refusal.ts';
import type { Viewer } from '../access/viewer.ts';
import { openPerMinute } from '../common/per-minute.ts';

/** What one customer or partner may ask of one process. */
export interface RequestLimits {
  readonly requestsPerMinute: number;
  /** Streams that are open at once. */
  readonly streams: number;
}

export interface ViewerLimits {
  /** Counts a request; throws Refusal when the viewer has made too many within this minute. */
  countRequest(viewer: Viewer): void;
  /** Counts a stream until the returned function is called; throws Refusal when the viewer, or this process, has too many open. */
  openStream(viewer: Viewer): () => void;
}

/** When to try again to open a stream, in seconds; a guess, since it depends on when another one ends. */
const streamPause = 10;

/** How many streams a process carries: some hundred megabytes of them, and connections are left for requests. */
const mostStreams = 15_000;

/** Counts in this process alone, so that nothing has to be asked first. Whom `limitsOf` knows no limits of has none of their own. */
export function openViewerLimits(
  limitsOf: (viewer: Viewer) => RequestLimits | undefined,
  most = mostStreams,
): ViewerLimits {
  const requests = openPerMinute();
  const streams = new Map<string, number>();
  let inAll = 0;

  return {
    countRequest(viewer) {
      const limit = limitsOf(viewer)?.requestsPerMinute;
      if (limit === undefined) return;
      const seconds = requests.count(viewer.owner, limit);
      if (seconds !== undefined)
        throw tooMany(`You may make ${limit} requests a minute; try again in ${seconds} seconds.`, limit, seconds);
    },
    openStream(viewer) {
      const { owner } = viewer;
      const limit = limitsOf(viewer)?.streams ?? Number.POSITIVE_INFINITY;
      const open = streams.get(owner) ?? 0;
      if (open >= limit)
        throw tooMany(`You may have ${limit} streams open at once; end one of them first.`, limit, streamPause);
      if (inAll >= most) throw isFull();
      streams.set(owner, open + 1);
      inAll += 1;
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        inAll -= 1;
        const left = (streams.get(owner) ?? 0) - 1;
        if (left > 0) streams.set(owner, left);
        else streams.delete(owner);
      };
    },
  };
}

const tooMany = (message: string, limit: number, retryAfterSeconds: number): Refusal =>
  new Refusal(
    message,
    { code: 'TOO_MANY_REQUESTS', limit, retryAfterSeconds },
    { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
  );

const isFull = (): Refusal =>
  new Refusal(
    `This process carries as many streams as it can; try again in ${streamPause} seconds.`,
    { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: streamPause },
    { status: 503, headers: { 'retry-after': String(streamPause) } },
  );
