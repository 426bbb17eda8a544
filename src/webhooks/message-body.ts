import type { TakenDelivery } from './deliveries.ts';
import { messageType } from './message-type.ts';

/** What a message says: what happened to which company, and nothing that is secret. A receiver asks the API for more. */
export function bodyOf(delivery: TakenDelivery, siteUrl: (siteName: string) => string): string {
  const { kind, company_id, version, status, site_name, event_position, endpoint_id, occurred_at, created_at } =
    delivery;
  const type = messageType(kind);
  const timestamp = (occurred_at ?? created_at).toISOString();
  const data =
    kind === 'TEST'
      ? { endpointId: endpoint_id }
      : {
          companyId: company_id,
          version,
          status,
          siteUrl: site_name === null ? null : siteUrl(site_name),
          cursor: String(event_position),
        };
  return JSON.stringify({ type, timestamp, data });
}
