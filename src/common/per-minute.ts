const minute = 60_000;

/** Counts what happens within a minute, for each key, in this process. */
export interface PerMinute {
  /** Counts one more; or, where there are `limit` of them already, returns in how many seconds there is room again. */
  count(key: string, limit: number): number | undefined;
  /** One that was counted does not count after all. */
  uncount(key: string): void;
}

export function openPerMinute(): PerMinute {
  let counts = new Map<string, number>();
  let begunAt = performance.now();
  return {
    count(key, limit) {
      const now = performance.now();
      if (now - begunAt >= minute) {
        counts = new Map();
        begunAt = now;
      }
      const counted = counts.get(key) ?? 0;
      if (counted >= limit) return Math.ceil((begunAt + minute - now) / 1_000);
      counts.set(key, counted + 1);
      return undefined;
    },
    uncount(key) {
      const counted = counts.get(key);
      if (counted !== undefined && counted > 0) counts.set(key, counted - 1);
    },
  };
}
