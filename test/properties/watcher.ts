import type { CompanyId } from '../../src/company/company-id.ts';
import type { CompanyStreams } from '../../src/live/company-stream.ts';
import { WatchEnded } from '../../src/live/watch.ts';

/** Somebody who watches a company from its first event on. */
export interface Watcher {
  /** The versions of the received events, in order. */
  readonly seen: readonly number[];
  /** Resolves once `count` events were received; streams that complete before are resumed. */
  sent(count: number): Promise<void>;
}

export function watchCompany(streams: CompanyStreams, id: CompanyId): Watcher {
  const seen: number[] = [];
  let wanted = Number.POSITIVE_INFINITY;
  const follow = async (): Promise<void> => {
    try {
      for await (const { version } of streams.watch({ id, version: seen.at(-1) ?? 0 }, seen.at(-1) ?? 0)) {
        seen.push(version);
        if (seen.length >= wanted) return;
      }
    } catch (error) {
      if (!(error instanceof WatchEnded)) throw error;
    }
  };
  let following = follow();
  return {
    seen,
    async sent(count) {
      wanted = count;
      while (seen.length < count) {
        await following;
        if (seen.length < count) following = follow();
      }
    },
  };
}
