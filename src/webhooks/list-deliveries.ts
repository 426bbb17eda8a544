import type { Window } from '../company/find-pages.ts';
import type { Db } from '../company/tables.ts';
import type { DeliveryState } from '../company/webhook-delivery.ts';
import type { DeliveryRow } from './deliveries.ts';

/** The deliveries of an endpoint, newest first; read from the end of the window, oldest first. */
export const listDeliveries = (
  db: Db,
  endpointId: string,
  state: DeliveryState | undefined,
  window: Window,
): Promise<DeliveryRow[]> =>
  db
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('endpoint_id', '=', endpointId)
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'WAITING'))
    .$if(window.after !== undefined, (query) => query.where('position', '<', BigInt(window.after ?? 0)))
    .$if(window.before !== undefined, (query) => query.where('position', '>', BigInt(window.before ?? 0)))
    .orderBy('position', window.fromEnd ? 'asc' : 'desc')
    .limit(window.limit)
    .execute();
