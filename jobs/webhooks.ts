import { openSlots } from '../src/common/slots.ts';
import { numberEvents } from '../src/company/event-log.ts';
import type { Repetition } from '../src/observability/liveness.ts';
import { logOnChange } from '../src/observability/log.ts';
import { deliverMessages, type WebhookDeps } from '../src/webhooks/deliver-messages.ts';
import { deleteOldDeliveries, findDueEndpoints, giveUpDeliveries } from '../src/webhooks/deliveries.ts';
import { fanOut } from '../src/webhooks/fan-out.ts';

/** How often the event log is looked at, in milliseconds. */
const pause = 1_000;
/** How many endpoints are sent to at once. */
const concurrency = 64;
/** How many of a worker's ten connections to the database sending may use at once. */
const mostStatements = 3;

/**
 * Makes deliveries of new events, and sends to each endpoint what is due. Endpoints take turns of a few messages each, so that one
 * that is slow delays others no longer than its turn, and only where more are slow than there is room for.
 */
export function openWebhooks(deps: WebhookDeps): Repetition {
  const { db, liveness, log } = deps;
  const report = logOnChange((err) => log.warn({ err }, 'webhooks could not be sent, retrying'));
  const shutdown = new AbortController();
  const { signal } = shutdown;
  const slots = openSlots(concurrency);
  const sending = { ...deps, statements: openSlots(mostStatements) };
  const served = new Map<string, Promise<void>>();

  /** Until nothing is due. */
  const serve = async (id: string): Promise<void> => {
    try {
      while (!signal.aborted && (await slots.run(() => deliverMessages(sending, id, signal))));
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
    } finally {
      served.delete(id);
    }
  };

  const look = async (): Promise<void> => {
    await numberEvents(db);
    while (!signal.aborted && (await fanOut(db)));
    await deleteOldDeliveries(db);
    for (const { id, isOver } of await findDueEndpoints(db)) {
      if (isOver) await giveUpDeliveries(db, id);
      else if (!served.has(id) && !signal.aborted) served.set(id, serve(id));
    }
  };
  const loop = liveness.repeat('webhooks', look, { pause, onError: ({ message }) => report(message) });
  return {
    async close() {
      shutdown.abort(new Error('This worker is shutting down.'));
      await loop.close();
      await Promise.all(served.values());
    },
  };
}
