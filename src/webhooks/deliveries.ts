import { type Expression, type Selectable, sql } from 'kysely';
import { type Db, inMilliseconds, now, type Tables } from '../company/tables.ts';
import type { Answer } from './send-message.ts';

export type DeliveryRow = Selectable<Tables['webhook_delivery']>;

/** A delivery whose next attempt is this worker's, with what it is made of. */
export interface TakenDelivery extends Pick<DeliveryRow, 'id' | 'endpoint_id' | 'company_id' | 'version' | 'kind'> {
  readonly tries: number;
  readonly failures: number;
  /** By PostgreSQL's clock: receivers refuse a message whose time is far from theirs, and a worker's clock may be wrong. */
  readonly taken_at: Date;
  readonly event_position: string | null;
  readonly created_at: Date;
  /** Of the event; null for a test message. */
  readonly status: string | null;
  readonly occurred_at: Date | null;
  /** Null for a test message, and for a draft that was deleted since. */
  readonly site_name: string | null;
  readonly url: string;
  readonly sealed_secret: string;
  /** Null once the time of both secrets is over. */
  readonly sealed_previous_secret: string | null;
}

/** How long an attempt counts as under way, in milliseconds: longer than it may take. */
const claimed = 30_000;
/** How many due deliveries are looked at for those that may be sent. */
const lookedAt = 50;

/** The endpoints for which something is due, and whether that is to be given up, since the endpoint is disabled or deleted. */
export async function findDueEndpoints(db: Db): Promise<readonly { readonly id: string; readonly isOver: boolean }[]> {
  const next = (after: string) => sql`(
    select endpoint_id from webhook_delivery where state = 'WAITING' ${sql.raw(after)} order by endpoint_id limit 1)`;
  const { rows } = await sql<{ id: string; isOver: boolean }>`
    with recursive waiting as (
      select ${next('')} as id
      union all
      select ${next('and endpoint_id > waiting.id')} from waiting where waiting.id is not null
    )
    select waiting.id, coalesce(endpoint.disabled_at is not null or endpoint.id is null, true) as "isOver"
    from waiting left join webhook_endpoint as endpoint on endpoint.id = waiting.id
    where exists (
      select from webhook_delivery where endpoint_id = waiting.id and state = 'WAITING'
        and (due_at <= now() and (try_until is null or try_until <= now()) or endpoint.id is null or endpoint.disabled_at is not null)
    )`.execute(db);
  return rows;
}

/**
 * Takes what may be sent to an endpoint now, at most `room` deliveries; one alone while the endpoint fails. A company's events are sent in their
 * order: only the oldest that waits may be, and only while no other one of them is under way. Those behind it are put off until
 * then, so that nobody looks at them again and again. `tries` is the fencing token of an attempt.
 */
export async function takeDueDeliveries(db: Db, endpointId: string, room: number): Promise<TakenDelivery[]> {
  const { rows } = await sql<TakenDelivery>`
    with endpoint as materialized (
      select * from webhook_endpoint where id = ${endpointId} and disabled_at is null
    ), due as materialized (
      select id, company_id from webhook_delivery
      where endpoint_id = ${endpointId} and state = 'WAITING' and due_at <= now()
        and (try_until is null or try_until <= now()) and exists (select from endpoint)
      order by due_at, position limit ${lookedAt}
    ), lane as materialized (
      select company.company_id, oldest.*
      from (select distinct company_id from due where company_id is not null) as company
      cross join lateral (
        select id, greatest(due_at, max(try_until) over ()) as free_at from webhook_delivery
        where endpoint_id = ${endpointId} and company_id = company.company_id and state = 'WAITING'
        order by version limit 1
      ) as oldest
    ), ready as (
      (select id from lane where free_at <= now() union all select id from due where company_id is null)
      limit (select case when failing_since is null then ${room} else 1 end from endpoint)
    ), put_off as (
      update webhook_delivery as delivery set due_at = lane.free_at
      from due join lane on lane.company_id = due.company_id
      where delivery.id = due.id and lane.free_at > now()
    ), taken as (
      update webhook_delivery as delivery set tries = tries + 1, try_until = ${inMilliseconds(claimed)}
      from ready
      where delivery.id = ready.id and state = 'WAITING' and (try_until is null or try_until <= now())
      returning delivery.*
    )
    select taken.id, taken.endpoint_id, taken.company_id, taken.version, taken.kind, taken.tries, taken.failures, now() as taken_at,
      taken.event_position, taken.created_at, event.status, event.occurred_at, company.site_name, endpoint.url,
      endpoint.sealed_secret, case when endpoint.previous_secret_until > now() then endpoint.sealed_previous_secret end as sealed_previous_secret
    from taken cross join endpoint
    left join company_event as event on event.company_id = taken.company_id and event.version = taken.version
    left join company on company.id = taken.company_id`.execute(db);
  return rows;
}

export interface Outcome {
  readonly answer: Answer;
  /** After a failure: when to try again, in milliseconds; undefined after a success and after the last failure. */
  readonly pause: number | undefined;
  /** What it says of the endpoint; undefined when nothing. */
  readonly endpoint: 'works' | 'fails' | 'is gone' | undefined;
}

/** How long an endpoint may fail before it is disabled, in milliseconds: five days, longer than the retries of one delivery. */
const longestFailing = 5 * 86_400_000;

/**
 * Records what came of an attempt, unless it is not the newest one. What is delivered or given up lets the next event of its company be
 * sent. What disables the endpoint mails its owner. Resolves to why the endpoint is disabled, if that is why.
 */
export async function recordOutcome(
  db: Db,
  { id, tries, endpoint_id, company_id }: TakenDelivery,
  { answer, pause, endpoint }: Outcome,
): Promise<'GONE' | 'FAILING' | undefined> {
  const isDelivered = endpoint === 'works';
  const status = answer.kind === 'answered' ? answer.status : null;
  const fault = answer.kind === 'unanswered' ? answer.fault : null;
  const isEnded = isDelivered || pause === undefined;
  const { rows } = await sql<{ readonly reason: 'GONE' | 'FAILING' }>`
    with attempt as (
      update webhook_delivery set
        state = ${isDelivered ? 'DELIVERED' : isEnded ? 'GIVEN_UP' : 'WAITING'},
        failures = failures + ${isDelivered ? 0 : 1},
        try_until = null, due_at = ${inMilliseconds(pause ?? 0)}, ended_at = ${isEnded ? now : null},
        last_tried_at = now(), last_duration_ms = ${answer.durationMs}::int,
        last_status = ${status}::int,
        last_fault = ${fault}::text
      where id = ${id} and tries = ${tries} and state = 'WAITING' and try_until is not null
      returning id
    ), released as (
      update webhook_delivery set due_at = now()
      where ${isEnded} and id = (
        select id from webhook_delivery
        where endpoint_id = ${endpoint_id} and company_id = ${company_id} and state = 'WAITING' and id <> (select id from attempt)
        order by version limit 1
      )
    ), mended as (
      update webhook_endpoint set failing_since = null
      where ${endpoint === 'works'} and id = ${endpoint_id} and failing_since is not null and exists (select from attempt)
    ), failed as (
      update webhook_endpoint set
        failing_since = coalesce(failing_since, now()),
        disabled_at = case when ${endpoint === 'is gone'} or failing_since < ${inMilliseconds(-longestFailing)} then now() end,
        disabled_reason = case when ${endpoint === 'is gone'} then 'GONE' when failing_since < ${inMilliseconds(-longestFailing)} then 'FAILING' end
      where ${endpoint === 'fails' || endpoint === 'is gone'} and id = ${endpoint_id} and disabled_at is null
        and (failing_since is null or ${endpoint === 'is gone'} or failing_since < ${inMilliseconds(-longestFailing)})
        and exists (select from attempt)
      returning *
    ), mailed as (
      insert into outbox_mail (endpoint_id, kind, recipient, disabled_endpoint)
      select id, 'ENDPOINT_DISABLED', contact_email, jsonb_build_object(
        'url', url, 'description', description, 'reason', disabled_reason, 'failingSince', failing_since,
        'status', ${status}::int, 'fault', ${fault}::text
      )
      from failed where disabled_reason is not null and contact_email is not null
    )
    select disabled_reason as reason from failed where disabled_reason is not null`.execute(db);
  return rows[0]?.reason;
}

/** An attempt was broken off before it came to anything: another worker may make the next one at once. */
export async function releaseDelivery(db: Db, { id, tries }: TakenDelivery): Promise<void> {
  await db
    .updateTable('webhook_delivery')
    .set({ try_until: null })
    .where('id', '=', id)
    .where('tries', '=', tries)
    .where('state', '=', 'WAITING')
    .execute();
}

/** How many deliveries one statement ends or deletes. */
const batch = 200;
/** As an array, so that PostgreSQL looks up each instead of reading the whole table for many. */
const anyOf = (ids: Expression<{ id: string }>) => sql<string>`any(array(${ids}))`;

/** Gives up what waits for an endpoint that is disabled or deleted, a part of it at a time. */
export async function giveUpDeliveries(db: Db, endpointId: string): Promise<void> {
  const waiting = db
    .selectFrom('webhook_delivery')
    .select('id')
    .where('endpoint_id', '=', endpointId)
    .where('state', '=', 'WAITING')
    .limit(batch);
  await db
    .updateTable('webhook_delivery')
    .set({ state: 'GIVEN_UP', ended_at: now, try_until: null })
    .where('id', '=', anyOf(waiting))
    .execute();
}

/** How long a delivery that has ended is listed, in days. */
export const daysKept = 30;

/** Deletes what ended long ago, a part of it at a time. */
export async function deleteOldDeliveries(db: Db): Promise<void> {
  const old = db
    .selectFrom('webhook_delivery')
    .select('id')
    .where('ended_at', '<', inMilliseconds(-daysKept * 86_400_000))
    .orderBy('ended_at')
    .limit(batch);
  await db.deleteFrom('webhook_delivery').where('id', '=', anyOf(old)).execute();
}
