import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';
import type { EventKind } from './event-kind.ts';

export const deliveryStates = ['WAITING', 'DELIVERED', 'GIVEN_UP'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/**
 * An event to be sent to an endpoint, or a test message. Its endpoint may be deleted: then it is given up. What it says is
 * read from the event when it is sent.
 */
export const WebhookDeliverySchema = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_delivery',
  properties: {
    /** The `webhook-id` of every attempt. */
    id: p.text().primary(),
    /** Orders deliveries by creation; the cursor of lists. */
    position: p.bigint().autoincrement().generated('by default as identity').unique(),
    endpointId: p.text(),
    /** The company of the event and the event's version; null for a test message, as is the event's position. */
    companyId: p.text().$type<CompanyId>().nullable(),
    version: p.integer().nullable(),
    eventPosition: p.bigint().nullable(),
    kind: p.text().$type<EventKind | 'TEST'>(),
    state: p.enum(deliveryStates).default('WAITING'),
    /** The number of attempts. It fences: only the newest attempt may record its outcome. */
    tries: p.integer().default(0),
    /** How many attempts have failed since it was queued, or queued again: its place in the schedule of retries. */
    failures: p.integer().default(0),
    /** Not to be looked at before. The oldest waiting delivery of its company comes first, whatever this says. */
    dueAt: p.datetime(3).defaultRaw('now()'),
    /** While an attempt is under way: when another worker may make the next one. */
    tryUntil: p.datetime(3).nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
    endedAt: p.datetime(3).nullable(),
    /** When the last attempt ended, and what came of it: a status of HTTP, or why there was none. */
    lastTriedAt: p.datetime(3).nullable(),
    lastStatus: p.integer().nullable(),
    lastFault: p.text().nullable(),
    lastDurationMs: p.integer().nullable(),
  },
  indexes: [
    {
      name: 'webhook_delivery_event_index',
      expression:
        'create unique index "webhook_delivery_event_index" on "webhook_delivery" ("endpoint_id", "company_id", "version")',
    },
    {
      name: 'webhook_delivery_test_index',
      expression: `create unique index "webhook_delivery_test_index" on "webhook_delivery" ("endpoint_id") where "kind" = 'TEST' and "state" = 'WAITING'`,
    },
    {
      name: 'webhook_delivery_lane_index',
      expression: `create index "webhook_delivery_lane_index" on "webhook_delivery" ("company_id", "endpoint_id", "version") where "state" = 'WAITING'`,
    },
    {
      name: 'webhook_delivery_due_index',
      expression: `create index "webhook_delivery_due_index" on "webhook_delivery" ("endpoint_id", "due_at", "position") where "state" = 'WAITING'`,
    },
    {
      name: 'webhook_delivery_ended_index',
      expression: `create index "webhook_delivery_ended_index" on "webhook_delivery" ("ended_at") where "ended_at" is not null`,
    },
    { name: 'webhook_delivery_endpoint_position_index', properties: ['endpointId', 'position'] },
    { name: 'webhook_delivery_endpoint_state_position_index', properties: ['endpointId', 'state', 'position'] },
  ],
});
