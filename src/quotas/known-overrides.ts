import { oneBatchAtATime } from '../common/one-batch-at-a-time.ts';
import type { Db } from '../company/tables.ts';
import { findOverrides, type Overrides } from './quota-overrides.ts';

/** The limits that operators have set, as this process knows them. */
export interface KnownOverrides {
  /** What was last read of an owner; nothing before that. */
  of(owner: string): Overrides;
}

/** How many owners are remembered, and after how many milliseconds an owner who sends requests is read again. */
const mostRemembered = 5_000;
const rememberedFor = 2_000;

const none: Overrides = {};

/**
 * Nobody waits for it: an owner is read once they send requests, together with others and by one statement at a time, and
 * what was read before counts meanwhile, also while the database is unavailable.
 */
export function openKnownOverrides(db: Db, onError: (error: Error) => void): KnownOverrides {
  const memory = new Map<string, { readonly overrides: Overrides; readonly until: number }>();
  const load = oneBatchAtATime((owners: readonly string[]) => findOverrides(db, owners));

  function remember(owner: string, overrides: Overrides): void {
    memory.delete(owner);
    const [oldest] = memory.keys();
    if (memory.size >= mostRemembered && oldest !== undefined) memory.delete(oldest);
    memory.set(owner, { overrides, until: performance.now() + rememberedFor });
  }

  return {
    of(owner) {
      const known = memory.get(owner);
      const overrides = known?.overrides ?? none;
      if (!known || performance.now() >= known.until) {
        remember(owner, overrides);
        load(owner).then((found) => remember(owner, found ?? none), onError);
      }
      return overrides;
    },
  };
}
