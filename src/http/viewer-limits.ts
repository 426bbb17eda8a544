import { Refusal } from '../../schema/refusal.ts';
import type { Viewer } from '../access/viewer.ts';
import type { RequestCounts } from '../quotas/request-counts.ts';
import { type RequestRate, rateLimitFields } from './rate-limit-fields.ts';

/** A viewer's limit; undefined for viewers without one. */
export type LimitOf = (viewer: Viewer, quota: 'requestsPerMinute' | 'streams') => number | undefined;

export interface ViewerLimits {
  /** Counts so many requests, or none of them: throws Refusal when the viewer may not make as many within this minute. */
  countRequests(viewer: Viewer, more: number): void;
  /** As it is once so many requests that are not counted yet are counted; undefined for viewers without a limit. */
  rateOf(viewer: Viewer, more?: number): RequestRate | undefined;
  /** How many requests of this owner's are counted within this minute, by all processes. */
  requestsOf(owner: string): Promise<number>;
  /** Counts a stream until the returned function is called; throws Refusal when the viewer, or this process, has too many open. */
  openStream(viewer: Viewer): () => void;
  /** How many streams this owner has open in this process. */
  streamsOf(owner: string): number;
}

/** When to try again to open a stream, in seconds; a guess, since it depends on when another one ends. */
const streamPause = 10;

/** How many streams a process carries: some hundred megabytes of them, and connections are left for requests. */
const mostStreams = 15_000;

/** Counts without waiting for anything: requests as all processes know them, streams in this one. */
export function openViewerLimits(limitOf: LimitOf, requests: RequestCounts, most = mostStreams): ViewerLimits {
  const streams = new Map<string, number>();
  let inAll = 0;

  return {
    countRequests(viewer, more) {
      const limit = limitOf(viewer, 'requestsPerMinute');
      if (limit === undefined || requests.count(viewer.owner, limit, more)) return;
      const left = Math.max(0, limit - requests.used(viewer.owner));
      throw tooManyRequests({ limit, left, secondsLeft: requests.secondsLeft() });
    },
    rateOf(viewer, more = 0) {
      const limit = limitOf(viewer, 'requestsPerMinute');
      if (limit === undefined) return undefined;
      const left = Math.max(0, limit - requests.used(viewer.owner) - more);
      return { limit, left, secondsLeft: requests.secondsLeft() };
    },
    requestsOf: requests.total,
    openStream(viewer) {
      const { owner } = viewer;
      const limit = limitOf(viewer, 'streams') ?? Number.POSITIVE_INFINITY;
      const open = streams.get(owner) ?? 0;
      if (open >= limit) throw tooManyStreams(limit);
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
    streamsOf: (owner) => streams.get(owner) ?? 0,
  };
}

const tooManyRequests = ({ limit, left, secondsLeft }: RequestRate): Refusal =>
  new Refusal(
    left === 0
      ? `You may make ${limit} requests a minute; try again in ${secondsLeft} seconds.`
      : `You may make ${limit} requests a minute, and this one counts as more than are left; try again in ${secondsLeft} seconds, or send less at once.`,
    { code: 'TOO_MANY_REQUESTS', quota: 'REQUESTS_PER_MINUTE', limit, retryAfterSeconds: secondsLeft },
    {
      status: 429,
      headers: { 'retry-after': String(secondsLeft), ...rateLimitFields({ limit, left, secondsLeft }) },
    },
  );

const tooManyStreams = (limit: number): Refusal =>
  new Refusal(
    `You may have ${limit} streams open at once; end one of them first.`,
    { code: 'TOO_MANY_REQUESTS', quota: 'STREAMS', limit, retryAfterSeconds: streamPause },
    { status: 429, headers: { 'retry-after': String(streamPause) } },
  );

const isFull = (): Refusal =>
  new Refusal(
    `This process carries as many streams as it can; try again in ${streamPause} seconds.`,
    { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: streamPause },
    { status: 503, headers: { 'retry-after': String(streamPause) } },
  );
