import { nameOfOwner } from '../src/company/requester.ts';
import type { DisabledReason } from '../src/company/webhook-endpoint.ts';
import { type EndpointRow, listEndpoints, mostEndpoints } from '../src/webhooks/endpoints.ts';
import { eventTypes, type SentKind } from '../src/webhooks/message-type.ts';
import type { SignatureScheme } from '../src/webhooks/signing-key.ts';
import { builder, type Described } from './builder.ts';
import { OwnerInput, OwnerObject, ownerFrom, whichOwner } from './owner.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { badArgument } from './refusal.ts';

/** `company.active` is COMPANY_ACTIVE. */
const enumNameOf = (type: string): string => type.toUpperCase().replace('.', '_');

export const WebhookEventTypeEnum = builder.enumType('WebhookEventType', {
  description:
    'An event that can be sent to a webhook endpoint, and the `type` of its message: `company.active` for COMPANY_ACTIVE. Each is a `CompanyEventKind`.',
  values: Object.fromEntries(
    Object.entries(eventTypes).map(([kind, type]) => [
      enumNameOf(type),
      // Object.entries knows keys as strings only.
      { value: kind as SentKind, description: `\`${type}\`: the event ${kind}.` },
    ]),
  ),
});

export const WebhookSignatureEnum = builder.enumType('WebhookSignature', {
  description: 'How the messages of an endpoint are signed, as Standard Webhooks specifies.',
  values: {
    HMAC_SHA256: {
      description:
        'With a secret that you keep, `whsec_…`; the signature begins with `v1,`. Every library for Standard Webhooks verifies it.',
    },
    ED25519: {
      description:
        'With a key of which you have the public half only, `whpk_…`; the signature begins with `v1a,`. What verifies messages cannot sign any.',
    },
  } satisfies Described<SignatureScheme>,
});

const DisabledReasonEnum = builder.enumType('WebhookDisabledReason', {
  description: 'Why an endpoint is disabled.',
  values: {
    BY_OWNER: { description: 'You have disabled it with `updateWebhookEndpoint`.' },
    GONE: { description: 'It answered a message with 410 Gone.' },
    FAILING: { description: 'Every attempt of five days failed.' },
  } satisfies Described<DisabledReason>,
});

export const WebhookEndpointObject = builder.objectRef<EndpointRow>('WebhookEndpoint').implement({
  description:
    'An address of yours to which the events of your companies are sent, signed by Standard Webhooks (https://www.standardwebhooks.com). Its secret is shown when it is made, and never again.',
  authScopes: { managesWebhooks: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'E.g. `we_3f9c…`.' }),
    url: t.exposeString('url', { description: 'Where messages are sent, by POST.' }),
    eventTypes: t.field({
      type: [WebhookEventTypeEnum],
      resolve: ({ kinds }) => kinds as SentKind[], // nobody can ask for another kind
      description: 'The events that it gets.',
    }),
    description: t.exposeString('description', { description: 'Your own words; empty by default.' }),
    contactEmail: t.exposeString('contact_email', {
      nullable: true,
      description:
        'Who is mailed when the endpoint is disabled because it answered 410 or failed for five days; null for nobody.',
    }),
    owner: t.field({
      type: OwnerObject,
      resolve: ({ owner }) => nameOfOwner(owner),
      description: 'Whose companies’ events it gets.',
    }),
    createdBy: t.exposeString('created_by', {
      description: 'The `sub` of the token, or the `id` of the API key, with which it was made.',
    }),
    createdAt: t.expose('created_at', {
      type: 'DateTime',
      description: 'When it was made: it gets what happens from then on.',
    }),
    signature: t.field({
      type: WebhookSignatureEnum,
      resolve: ({ public_key }) => (public_key === null ? 'HMAC_SHA256' : 'ED25519'),
      description: 'How its messages are signed.',
    }),
    publicKey: t.exposeString('public_key', {
      nullable: true,
      description: 'What its messages are verified with, `whpk_…`; null for HMAC_SHA256.',
    }),
    previousSecretUntil: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ previous_secret_until: until }) => (until && until > new Date() ? until : null),
      description: 'Until when messages are signed with the secret before the present one too; null when they are not.',
    }),
    failingSince: t.expose('failing_since', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when every attempt has failed; null while the last one did not.',
    }),
    disabledAt: t.expose('disabled_at', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it gets nothing; null while it is enabled.',
    }),
    disabledReason: t.field({
      type: DisabledReasonEnum,
      nullable: true,
      resolve: ({ disabled_reason: reason }) => reason,
      description: 'Why it gets nothing; null while it is enabled.',
    }),
  }),
});

builder.queryField('webhookEndpoints', (t) =>
  t.connection(
    {
      type: WebhookEndpointObject,
      description: `The webhook endpoints of your tenant or subject, newest first: up to ${mostEndpoints}. Operators see everybody’s. For partners and operators.`,
      complexity: pageComplexity,
      authScopes: { managesWebhooks: true },
      args: { owner: t.arg({ type: OwnerInput, description: 'For operators: only this owner’s endpoints.' }) },
      resolve: (_root, { owner: given, ...args }, { db, viewer }) => {
        const owner = given ? ownerFrom(given, viewer) : viewer.seesAll ? undefined : viewer.owner;
        if (given && owner === undefined) throw badArgument('owner', whichOwner);
        return resolvePage(
          args,
          ({ position }: EndpointRow) => position,
          (window) => listEndpoints(db, owner, window),
          Number.MAX_SAFE_INTEGER,
        );
      },
    },
    { name: 'WebhookEndpointConnection' },
    { name: 'WebhookEndpointEdge' },
  ),
);
