import { sql } from 'kysely';
import type { Db } from '../company/tables.ts';

/** The most events that one statement looks at. */
const mostAtOnce = 500;

/** The `webhook-id` of an event for an endpoint, always the same one: a receiver knows by it what it has had before. */
export const messageId = (endpoint: string, identity: string, version: string) => sql<string>`
  'msg_' || substr(encode(sha256(convert_to(concat_ws(' ', ${sql.ref(endpoint)}, ${sql.ref(identity)}, ${sql.ref(version)}), 'UTF8')), 'hex'), 1, 32)`;

/** Of a company; null for a deleted draft. Looked up for each row, where a join may read all companies. */
export const identityOf = (companyId: string) =>
  sql<string>`(select identity from company where id = ${sql.ref(companyId)})`;

/**
 * Makes a delivery for each event of the log and each endpoint that wants it: no event is left out, and none comes twice, since
 * the cursor moves in the same statement. Its row is locked, so that one process does it at a time; events appear in the order of
 * their positions, so that nothing is left behind it. Returns whether there may be more.
 */
export async function fanOut(db: Db): Promise<boolean> {
  const { rows } = await sql<{ readonly found: number }>`
    with start as materialized (
      select position from webhook_cursor for update skip locked
    ), next as materialized (
      select event.position, event.company_id, event.version, event.kind, event.owner, event.occurred_at,
        ${identityOf('event.company_id')} as identity
      from start cross join lateral (
        select * from company_event where company_event.position > start.position
        order by company_event.position limit ${mostAtOnce}
      ) as event
    ), wanted as (
      insert into webhook_delivery (id, endpoint_id, company_id, version, event_position, kind)
      select ${messageId('endpoint.id', 'next.identity', 'next.version')}, endpoint.id, company_id, version, next.position, kind
      from next join webhook_endpoint as endpoint on endpoint.owner = next.owner
      where endpoint.disabled_at is null and next.kind = any(endpoint.kinds) and next.identity is not null
        and next.occurred_at >= endpoint.created_at
      order by next.position
      on conflict do nothing
    ), moved as (
      update webhook_cursor set position = (select max(position) from next) where exists (select from next)
    )
    select count(*)::int as found from next`.execute(db);
  return rows[0]?.found === mostAtOnce;
}
