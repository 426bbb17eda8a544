import type { CompanyId } from '../../src/company/company-id.ts';
import type { CompanyEventRow } from '../../src/company/find-companies.ts';
import type { CompanyChannel } from '../../src/live/company-channel.ts';
import { eventIn } from '../../src/live/notification.ts';

/** A channel in memory that loses what `loses` says. */
export interface LossyChannel extends CompanyChannel {
  /** Notifies every listener, as when Redis is back. */
  reconnect(): void;
}

export function lossyChannel(loses: () => boolean): LossyChannel {
  const listeners = new Map<(event?: CompanyEventRow) => void, CompanyId>();
  return {
    announce(id, event) {
      if (loses()) return;
      const received = eventIn(event && JSON.parse(JSON.stringify(event)), id);
      for (const [onNotification, listened] of listeners) if (listened === id) onNotification(received);
    },
    listen(id, onNotification) {
      listeners.set(onNotification, id);
      queueMicrotask(() => onNotification());
      return () => void listeners.delete(onNotification);
    },
    reconnect() {
      for (const onNotification of listeners.keys()) onNotification();
    },
    notifyAll() {},
    async probe() {},
    async close() {},
  };
}
