import type { DeliveryState } from '../src/company/webhook-delivery.ts';
import { type DeliveryRow, daysKept } from '../src/webhooks/deliveries.ts';
import { findEndpoint } from '../src/webhooks/endpoints.ts';
import { listDeliveries } from '../src/webhooks/list-deliveries.ts';
import { type MessageFault, messageFaults } from '../src/webhooks/message-fault.ts';
import { messageType } from '../src/webhooks/message-type.ts';
import { builder, type Described } from './builder.ts';
import { holderOf } from './manage-webhook-endpoints.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { Refusal } from './refusal.ts';

const StateEnum = builder.enumType('WebhookDeliveryState', {
  description: 'Whether a message was received.',
  values: {
    WAITING: { description: 'It is sent as soon as it may be, and again after each failure.' },
    DELIVERED: { description: 'The endpoint answered with a status of 200 to 299.' },
    GIVEN_UP: {
      description:
        'Every attempt failed, or the endpoint was disabled; `redeliverWebhooks` sends it again. A test message is sent once.',
    },
  } satisfies Described<DeliveryState>,
});

const FaultEnum = builder.enumType('WebhookFault', {
  description: 'Why an attempt got no answer.',
  values: {
    ADDRESS_NOT_PERMITTED: {
      description: 'The host has no address, or one that is not on the public internet.',
    },
    UNREACHABLE: { description: 'Nobody accepts connections there.' },
    TLS_FAILED: { description: 'The certificate is not valid for the host, or TLS failed otherwise.' },
    DISCONNECTED: { description: 'The connection ended before there was an answer.' },
    INVALID_RESPONSE: { description: 'What came back is not HTTP.' },
    TIMED_OUT: { description: 'There was no answer within 15 s.' },
  } satisfies Described<MessageFault>,
});

export const WebhookDeliveryObject = builder.objectRef<DeliveryRow>('WebhookDelivery').implement({
  description: 'One message to one endpoint, and what came of its last attempt.',
  authScopes: { managesWebhooks: true },
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The `webhook-id` header of every attempt: an event has the same one for its endpoint, always.',
    }),
    type: t.string({
      resolve: ({ kind }) => messageType(kind),
      description: 'The `type` of the message: `company.active`, …, or `webhook.test`.',
    }),
    companyId: t.exposeID('company_id', {
      nullable: true,
      description: 'The company of the event; null for a test message.',
    }),
    version: t.exposeInt('version', {
      nullable: true,
      description: 'The event’s version of the company; null for a test message.',
    }),
    cursor: t.string({
      nullable: true,
      resolve: ({ event_position: position }) => (position === null ? null : String(position)),
      description:
        'The event’s place among all, for `events(after:)`, the subscription `companiesStatusChanged` and `redeliverWebhooks`; null for a test message.',
    }),
    state: t.field({ type: StateEnum, resolve: ({ state }) => state, description: 'Whether it was received.' }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was first queued.' }),
    attempts: t.exposeInt('tries', { description: 'How often it was sent, including an attempt under way.' }),
    nextAttemptAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ state, due_at }) => (state === 'WAITING' ? due_at : null),
      description:
        'When it is sent next, at the earliest: earlier events of its company come first. Null for one that does not wait.',
    }),
    lastAttemptAt: t.expose('last_tried_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last attempt ended; null before.',
    }),
    responseStatus: t.exposeInt('last_status', {
      nullable: true,
      description: 'The HTTP status that the last attempt was answered with; null where there was no answer.',
    }),
    fault: t.field({
      type: FaultEnum,
      nullable: true,
      resolve: ({ last_fault: fault }) => messageFaults.find((known) => known === fault),
      description: 'Why the last attempt got no answer; null where it got one.',
    }),
    durationMs: t.exposeInt('last_duration_ms', {
      nullable: true,
      description: 'How long the last attempt took, in milliseconds; null before.',
    }),
    endedAt: t.expose('ended_at', {
      type: 'DateTime',
      nullable: true,
      description: `When it was delivered or given up; null while it waits. It is listed for ${daysKept} days from then.`,
    }),
  }),
});

const WebhookDeliveryFilter = builder.inputType('WebhookDeliveryFilter', {
  description: 'The deliveries to list; omitted criteria are ignored.',
  fields: (t) => ({ state: t.field({ type: StateEnum, description: 'Only deliveries in this state.' }) }),
});

builder.queryField('webhookDeliveries', (t) =>
  t.connection(
    {
      type: WebhookDeliveryObject,
      description: `The messages to a webhook endpoint, newest first; at most 100 per page. Those that ended more than ${daysKept} days ago are deleted. NOT_FOUND when you have no such endpoint. For partners, their own, and operators.`,
      complexity: pageComplexity,
      authScopes: { managesWebhooks: true },
      args: {
        endpointId: t.arg.id({ required: true, description: 'The `id` of a `WebhookEndpoint`.' }),
        filter: t.arg({ type: WebhookDeliveryFilter, description: 'The deliveries to list; all by default.' }),
      },
      resolve: async (_root, { endpointId, filter, ...args }, { db, viewer }) => {
        if (!(await findEndpoint(db, endpointId, holderOf(viewer))))
          throw new Refusal('You have no such webhook endpoint.', { code: 'NOT_FOUND', field: 'endpointId' });
        return resolvePage(
          args,
          ({ position }: DeliveryRow) => position,
          (window) => listDeliveries(db, endpointId, filter?.state ?? undefined, window),
          Number.MAX_SAFE_INTEGER,
        );
      },
    },
    { name: 'WebhookDeliveryConnection' },
    { name: 'WebhookDeliveryEdge' },
  ),
);
