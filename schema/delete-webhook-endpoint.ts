import { deleteEndpoint } from '../src/webhooks/endpoints.ts';
import { builder } from './builder.ts';
import { holderOf, WebhookEndpointNotFound } from './manage-webhook-endpoints.ts';

class DeleteWebhookEndpointSuccess {
  readonly message = 'Nothing is sent to it any more.';
}

builder.objectType(DeleteWebhookEndpointSuccess, {
  name: 'DeleteWebhookEndpointSuccess',
  description: 'The endpoint is deleted, and what waited for it is given up.',
  isTypeOf: (answer) => answer instanceof DeleteWebhookEndpointSuccess,
  authScopes: { managesWebhooks: true },
  fields: (t) => ({ message: t.exposeString('message', { description: 'One sentence for people.' }) }),
});

const DeleteWebhookEndpointResult = builder.unionType('DeleteWebhookEndpointResult', {
  description: 'That the endpoint is deleted, or the reason why not.',
  types: [DeleteWebhookEndpointSuccess, WebhookEndpointNotFound],
});

builder.mutationField('deleteWebhookEndpoint', (t) =>
  t.field({
    type: DeleteWebhookEndpointResult,
    description:
      'Deletes a webhook endpoint with its secret; an attempt under way may still arrive. For partners, their own, and operators.',
    authScopes: { managesWebhooks: true },
    args: { endpointId: t.arg.id({ required: true, description: 'The `id` of a `WebhookEndpoint`.' }) },
    resolve: async (_root, { endpointId }, { db, viewer, act }) =>
      (await deleteEndpoint(db, endpointId, holderOf(viewer), act))
        ? new DeleteWebhookEndpointSuccess()
        : new WebhookEndpointNotFound(),
  }),
);
