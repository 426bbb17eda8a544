import { randomBytes } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { type Act, recordOf } from '../company/act.ts';
import type { Db } from '../company/tables.ts';
import type { DeliveryRow } from './deliveries.ts';
import type { EndpointRow } from './endpoints.ts';
import { identityOf, messageId } from './fan-out.ts';

/** Events of an endpoint's owner: after one position of the event log, up to another. */
export interface EventRange {
  readonly after: number;
  readonly until: number;
  /** What was received is sent again too. */
  readonly includeDelivered: boolean;
}

export interface Requeued {
  readonly messages: number;
  /** The last event that was looked at; undefined when there is none. */
  readonly end: number | undefined;
  /** There may be more after it. */
  readonly hasMore: boolean;
}

/** How many events one call looks at. */
export const mostEvents = 2_000;

/** An enabled endpoint, as a part of a statement. */
const enabled = (id: string): RawBuilder<object> =>
  sql`(select *, null::text as company from webhook_endpoint where id = ${id} and disabled_at is null)`;

/**
 * Queues what an endpoint wants of a range and has not received, or never was sent since it was disabled or did not want it then. A
 * message that was sent before keeps its id. Undefined when the endpoint is not enabled any more.
 */
export async function requeueMessages(
  db: Db,
  { id, owner }: Pick<EndpointRow, 'id' | 'owner'>,
  { after, until, includeDelivered }: EventRange,
  act?: Act,
): Promise<Requeued | undefined> {
  const { rows } = await sql<{ messages: number; end: string | null; found: number }>`
    with endpoint as materialized ${enabled(id)}, range as materialized (
      select position, company_id, version, kind from company_event
      where owner = ${owner} and position > ${after}::bigint and position <= ${until}::bigint
      order by position limit ${mostEvents}
    ), queued as (
      insert into webhook_delivery (id, endpoint_id, company_id, version, event_position, kind)
      select ${messageId('endpoint.id', 'wanted.identity', 'wanted.version')}, endpoint.id, company_id, version, wanted.position, kind
      from endpoint cross join lateral (
        select range.*, ${identityOf('range.company_id')} as identity from range where kind = any(endpoint.kinds)
      ) as wanted
      where identity is not null
      order by wanted.position
      on conflict (endpoint_id, company_id, version) do update
        set state = 'WAITING', due_at = now(), failures = 0, ended_at = null
        where webhook_delivery.state = 'GIVEN_UP' or (${includeDelivered} and webhook_delivery.state = 'DELIVERED')
      returning id
    ), recorded as ${recordOf(act, 'endpoint', { id: 'company', target: 'id' })}
    select (select count(*)::int from queued) as messages, (select max(position) from range) as end,
      (select count(*)::int from range) as found
    from endpoint`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  act?.wasRecorded();
  return {
    messages: row.messages,
    end: row.end === null ? undefined : Number(row.end),
    hasMore: row.found === mostEvents,
  };
}

/** Queues a message that only tries whether an endpoint receives; the one that waits already, if there is one. */
export async function queueTestMessage(db: Db, endpointId: string, act?: Act): Promise<DeliveryRow | undefined> {
  const id = `msg_${randomBytes(16).toString('hex')}`;
  const { rows } = await sql<DeliveryRow>`
    with endpoint as materialized ${enabled(endpointId)}, queued as (
      insert into webhook_delivery (id, endpoint_id, kind) select ${id}, id, 'TEST' from endpoint
      on conflict (endpoint_id) where kind = 'TEST' and state = 'WAITING' do update set due_at = now()
      returning *
    ), recorded as ${recordOf(act, 'endpoint', { id: 'company', target: 'id' })}
    select * from queued`.execute(db);
  const [row] = rows;
  if (row) act?.wasRecorded();
  return row;
}
