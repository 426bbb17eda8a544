import type { DeliveryRow } from '../src/webhooks/deliveries.ts';
import { findEndpoint } from '../src/webhooks/endpoints.ts';
import { mostEvents, queueTestMessage, type Requeued, requeueMessages } from '../src/webhooks/queue-messages.ts';
import { builder } from './builder.ts';
import { holderOf, WebhookEndpointNotFound } from './manage-webhook-endpoints.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';
import { ValidationError } from './validation-error.ts';
import { WebhookDeliveryObject } from './webhook-deliveries.ts';

class WebhookEndpointDisabled implements FieldProblem {
  readonly message = 'This endpoint is disabled; enable it with updateWebhookEndpoint first.';
  readonly field = 'endpointId';
}

builder.objectType(WebhookEndpointDisabled, {
  name: 'WebhookEndpointDisabled',
  description: 'The endpoint is disabled: nothing can be sent to it.',
  isTypeOf: (answer) => answer instanceof WebhookEndpointDisabled,
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { managesWebhooks: true },
});

const endpointId = { required: true, description: 'The `id` of a `WebhookEndpoint`.' } as const;

class RedeliverWebhooksSuccess {
  readonly message: string;
  readonly requeued: Requeued;
  constructor(requeued: Requeued) {
    this.requeued = requeued;
    this.message = requeued.hasMore
      ? 'Queued; call again after endCursor for what comes after it.'
      : 'Queued; that was all.';
  }
}

builder.objectType(RedeliverWebhooksSuccess, {
  name: 'RedeliverWebhooksSuccess',
  description: 'The messages are queued, and sent like new ones.',
  isTypeOf: (answer) => answer instanceof RedeliverWebhooksSuccess,
  authScopes: { managesWebhooks: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    queued: t.int({ resolve: ({ requeued }) => requeued.messages, description: 'How many messages were queued.' }),
    endCursor: t.string({
      nullable: true,
      resolve: ({ requeued: { end } }) => (end === undefined ? null : String(end)),
      description: 'The last event that was looked at; null where there was none.',
    }),
    hasMore: t.boolean({
      resolve: ({ requeued }) => requeued.hasMore,
      description: `Whether to call again \`after\` the \`endCursor\`: a call looks at ${mostEvents} events at most.`,
    }),
  }),
});

const RedeliverWebhooksInput = builder.inputType('RedeliverWebhooksInput', {
  description: 'Which events to send again.',
  fields: (t) => ({
    after: t.string({
      required: true,
      description:
        'The cursor of the last event that you have; `0` for all. The body of each message has one, and so have `events` and `webhookDeliveries`.',
    }),
    until: t.string({ description: 'The cursor of the last event to send; the end of the log by default.' }),
    includeDelivered: t.boolean({
      description: 'Whether to send again what was received before: false by default.',
    }),
  }),
});

const RedeliverWebhooksResult = builder.unionType('RedeliverWebhooksResult', {
  description: 'What is sent again, or the reason why nothing is.',
  types: [RedeliverWebhooksSuccess, ValidationError, WebhookEndpointNotFound, WebhookEndpointDisabled],
});

const positionIn = (cursor: string): number | undefined => (/^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined);

const notACursor = (field: 'after' | 'until') => ({
  field,
  code: 'INVALID_FORMAT' as const,
  message: 'Give the cursor of an event.',
});

builder.mutationField('redeliverWebhooks', (t) =>
  t.field({
    type: RedeliverWebhooksResult,
    description:
      'Sends a webhook endpoint the events of a range that it wants and has not received: that were given up, or never sent while it was disabled. A message that was sent before keeps its `webhook-id`. For partners, their own, and operators.',
    authScopes: { managesWebhooks: true },
    args: {
      endpointId: t.arg.id(endpointId),
      input: t.arg({ type: RedeliverWebhooksInput, required: true, description: 'Which events to send again.' }),
    },
    resolve: async (_root, { endpointId: id, input }, { db, viewer, act }) => {
      const after = positionIn(input.after);
      const until = input.until == null ? Number.MAX_SAFE_INTEGER : positionIn(input.until);
      if (after === undefined || until === undefined)
        return new ValidationError([
          ...(after === undefined ? [notACursor('after')] : []),
          ...(until === undefined ? [notACursor('until')] : []),
        ]);
      const endpoint = await findEndpoint(db, id, holderOf(viewer));
      if (!endpoint) return new WebhookEndpointNotFound();
      const requeued = await requeueMessages(
        db,
        endpoint,
        { after, until, includeDelivered: input.includeDelivered === true },
        act,
      );
      return requeued ? new RedeliverWebhooksSuccess(requeued) : new WebhookEndpointDisabled();
    },
  }),
);

class SendTestWebhookSuccess {
  readonly message = 'It is sent once, within seconds; webhookDeliveries shows what came of it.';
  readonly delivery: DeliveryRow;
  constructor(delivery: DeliveryRow) {
    this.delivery = delivery;
  }
}

builder.objectType(SendTestWebhookSuccess, {
  name: 'SendTestWebhookSuccess',
  description: 'The message is queued.',
  isTypeOf: (answer) => answer instanceof SendTestWebhookSuccess,
  authScopes: { managesWebhooks: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    delivery: t.field({
      type: WebhookDeliveryObject,
      resolve: ({ delivery }) => delivery,
      description: 'The message; the one that waits already, where there is one.',
    }),
  }),
});

const SendTestWebhookResult = builder.unionType('SendTestWebhookResult', {
  description: 'The test message, or the reason why none is sent.',
  types: [SendTestWebhookSuccess, WebhookEndpointNotFound, WebhookEndpointDisabled],
});

builder.mutationField('sendTestWebhook', (t) =>
  t.field({
    type: SendTestWebhookResult,
    description:
      'Sends a webhook endpoint a signed message of the type `webhook.test`, once: a failure is not retried, and does not count towards disabling the endpoint. For partners, their own, and operators.',
    authScopes: { managesWebhooks: true },
    args: { endpointId: t.arg.id(endpointId) },
    resolve: async (_root, { endpointId: id }, { db, viewer, act }) => {
      if (!(await findEndpoint(db, id, holderOf(viewer)))) return new WebhookEndpointNotFound();
      const delivery = await queueTestMessage(db, id, act);
      return delivery ? new SendTestWebhookSuccess(delivery) : new WebhookEndpointDisabled();
    },
  }),
);
