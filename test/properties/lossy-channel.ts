import type { CompanyId } from '../../src/company/company-id.ts';
import type { CompanyChannel } from '../../src/live/company-channel.ts';

/** A channel in memory that loses what `loses` says. */
export interface LossyChannel extends CompanyChannel {
  /** Everybody who listens hears word, as he does when Redis is back. */
  reconnect(): void;
}

export function lossyChannel(loses: () => boolean): LossyChannel {
  const listeners = new Map<() => void, CompanyId>();
  return {
    announce(id) {
      if (loses()) return;
      for (const [onWord, listened] of listeners) if (listened === id) onWord();
    },
    listen(id, onWord) {
      listeners.set(onWord, id);
      queueMicrotask(onWord);
      return () => void listeners.delete(onWord);
    },
    reconnect() {
      for (const onWord of listeners.keys()) onWord();
    },
    stir() {},
    async tryOut() {},
    async close() {},
  };
}
