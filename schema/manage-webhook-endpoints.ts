import type { Viewer } from '../src/access/viewer.ts';
import { changesFrom, faultsOfEndpoint, settingsFrom } from '../src/webhooks/endpoint-request.ts';
import {
  createEndpoint,
  type EndpointRow,
  type Holder,
  mostEndpoints,
  rotateSecret,
  type SignedEndpoint,
  updateEndpoint,
} from '../src/webhooks/endpoints.ts';
import { builder } from './builder.ts';
import { OwnerInput, ownerFrom, whichOwner } from './owner.ts';
import { type FieldProblem, FieldProblemInterface, type Problem, ProblemInterface } from './problem.ts';
import { ValidationError } from './validation-error.ts';
import { WebhookEndpointObject, WebhookEventTypeEnum, WebhookSignatureEnum } from './webhook-endpoints.ts';

/** Whose endpoints they may change. */
export const holderOf = ({ seesAll, owner }: Viewer): Holder => (seesAll ? undefined : owner);

const meanings = {
  url: 'Where messages are sent by POST: `https://`, of at most 2,048 characters, on the public internet. Addresses are checked at every attempt, and redirects are not followed.',
  description: 'Your own words, to tell endpoints apart. Up to 200 characters.',
  contactEmail: 'Who is mailed when the endpoint is disabled because it answered 410 or failed for five days.',
};

class WebhookSecretSuccess {
  readonly message: string;
  readonly secret: string | null;
  readonly endpoint: EndpointRow;
  constructor({ secret, row }: SignedEndpoint) {
    this.message =
      secret === null
        ? 'Verify messages with the public key of the endpoint.'
        : 'Store the secret now: it is not shown again.';
    this.secret = secret;
    this.endpoint = row;
  }
}

builder.objectType(WebhookSecretSuccess, {
  name: 'WebhookSecretSuccess',
  description: 'The endpoint has a new secret, which signs from now on.',
  isTypeOf: (answer) => answer instanceof WebhookSecretSuccess,
  authScopes: { managesWebhooks: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'What messages are signed with, `whsec_…`, as libraries for Standard Webhooks take it. It is shown only here; null for ED25519, whose `publicKey` the endpoint shows.',
    }),
    endpoint: t.field({
      type: WebhookEndpointObject,
      resolve: ({ endpoint }) => endpoint,
      description: 'What is listed of the endpoint.',
    }),
  }),
});

class WebhookEndpointSuccess {
  readonly message: string;
  readonly endpoint: EndpointRow;
  constructor(endpoint: EndpointRow, message: string) {
    this.endpoint = endpoint;
    this.message = message;
  }
}

builder.objectType(WebhookEndpointSuccess, {
  name: 'WebhookEndpointSuccess',
  description: 'The endpoint, as it is now.',
  isTypeOf: (answer) => answer instanceof WebhookEndpointSuccess,
  authScopes: { managesWebhooks: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    endpoint: t.field({
      type: WebhookEndpointObject,
      resolve: ({ endpoint }) => endpoint,
      description: 'The endpoint.',
    }),
  }),
});

class TooManyWebhookEndpoints implements Problem {
  readonly limit = mostEndpoints;
  readonly message = `An owner may have ${mostEndpoints} endpoints; delete those that are not used.`;
}

builder.objectType(TooManyWebhookEndpoints, {
  name: 'TooManyWebhookEndpoints',
  description: 'The owner has as many endpoints as they may.',
  isTypeOf: (answer) => answer instanceof TooManyWebhookEndpoints,
  interfaces: [ProblemInterface],
  authScopes: { managesWebhooks: true },
  fields: (t) => ({ limit: t.exposeInt('limit', { description: 'How many endpoints they may have.' }) }),
});

export class WebhookEndpointNotFound implements FieldProblem {
  readonly message = 'You have no such webhook endpoint.';
  readonly field = 'endpointId';
}

builder.objectType(WebhookEndpointNotFound, {
  name: 'WebhookEndpointNotFound',
  description: 'There is no such endpoint, or it is another owner’s.',
  isTypeOf: (answer) => answer instanceof WebhookEndpointNotFound,
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { managesWebhooks: true },
});

const CreateWebhookEndpointInput = builder.inputType('CreateWebhookEndpointInput', {
  description: 'An endpoint to make.',
  fields: (t) => ({
    url: t.string({ required: true, description: meanings.url }),
    eventTypes: t.field({
      type: [WebhookEventTypeEnum],
      description: 'The events to send: at least one; COMPANY_ACTIVE and COMPANY_FAILED by default.',
    }),
    description: t.string({ description: meanings.description }),
    contactEmail: t.string({ description: `${meanings.contactEmail} By default the address of your token.` }),
    signature: t.field({
      type: WebhookSignatureEnum,
      description: 'How messages are signed, for as long as there is the endpoint; HMAC_SHA256 by default.',
    }),
    owner: t.field({
      type: OwnerInput,
      description: 'For operators: whose companies’ events it gets; by default your own.',
    }),
  }),
});

const CreateWebhookEndpointResult = builder.unionType('CreateWebhookEndpointResult', {
  description: 'The endpoint, or the reason why there is none.',
  types: [WebhookSecretSuccess, ValidationError, TooManyWebhookEndpoints],
});

builder.mutationField('createWebhookEndpoint', (t) =>
  t.field({
    type: CreateWebhookEndpointResult,
    description: `Makes a webhook endpoint: it gets what happens to your companies from now on, also companies that others of your tenant create. An owner may have ${mostEndpoints}. If the answer is lost, delete the endpoint and make another one. For partners and operators.`,
    authScopes: { managesWebhooks: true },
    args: { input: t.arg({ type: CreateWebhookEndpointInput, required: true, description: 'The endpoint to make.' }) },
    resolve: async (_root, { input }, { db, secrets, viewer, act, allowLoopback }) => {
      const owner = input.owner ? ownerFrom(input.owner, viewer) : viewer.owner;
      const given = { ...input, contactEmail: input.contactEmail ?? viewer.email };
      const faults = faultsOfEndpoint(given, { allowLoopback });
      if (owner === undefined || faults.length > 0)
        return new ValidationError([
          ...faults,
          ...(owner === undefined ? [{ field: 'owner', code: 'NOT_ALLOWED' as const, message: whichOwner }] : []),
        ]);
      const scheme = input.signature ?? 'HMAC_SHA256';
      const endpoint = { ...settingsFrom(given), owner, createdBy: viewer.subject, scheme };
      const created = await createEndpoint({ db, secrets }, endpoint, act);
      return created ? new WebhookSecretSuccess(created) : new TooManyWebhookEndpoints();
    },
  }),
);

const endpointId = { required: true, description: 'The `id` of a `WebhookEndpoint`.' } as const;

const UpdateWebhookEndpointInput = builder.inputType('UpdateWebhookEndpointInput', {
  description: 'What to change; what is left out or null stays.',
  fields: (t) => ({
    url: t.string({ description: meanings.url }),
    eventTypes: t.field({
      type: [WebhookEventTypeEnum],
      description: 'The events to send from now on: at least one.',
    }),
    description: t.string({ description: meanings.description }),
    contactEmail: t.string({ description: meanings.contactEmail }),
    enabled: t.boolean({
      description:
        'False disables it: nothing is sent, and what waits is given up. True enables it again, for what happens from then on; `redeliverWebhooks` sends what was missed.',
    }),
  }),
});

const UpdateWebhookEndpointResult = builder.unionType('UpdateWebhookEndpointResult', {
  description: 'The changed endpoint, or the reason why nothing was changed.',
  types: [WebhookEndpointSuccess, ValidationError, WebhookEndpointNotFound],
});

builder.mutationField('updateWebhookEndpoint', (t) =>
  t.field({
    type: UpdateWebhookEndpointResult,
    description: 'Changes a webhook endpoint, or disables or enables it. For partners, their own, and operators.',
    authScopes: { managesWebhooks: true },
    args: {
      endpointId: t.arg.id(endpointId),
      input: t.arg({ type: UpdateWebhookEndpointInput, required: true, description: 'What to change.' }),
    },
    resolve: async (_root, { endpointId: id, input }, { db, viewer, act, allowLoopback }) => {
      const faults = faultsOfEndpoint(input, { allowLoopback });
      if (faults.length > 0) return new ValidationError(faults);
      const enabled = input.enabled ?? undefined;
      const endpoint = await updateEndpoint(db, id, holderOf(viewer), { ...changesFrom(input), enabled }, act);
      return endpoint ? new WebhookEndpointSuccess(endpoint, 'Changed.') : new WebhookEndpointNotFound();
    },
  }),
);

const RotateWebhookSecretResult = builder.unionType('RotateWebhookSecretResult', {
  description: 'The new secret, or the reason why there is none.',
  types: [WebhookSecretSuccess, WebhookEndpointNotFound],
});

builder.mutationField('rotateWebhookSecret', (t) =>
  t.field({
    type: RotateWebhookSecretResult,
    description:
      'Gives a webhook endpoint a new secret. For 24 hours messages carry two signatures, of the new and of the old secret, so that a receiver with either one accepts them; a second rotation within that time ends the oldest one at once. For partners, their own, and operators.',
    authScopes: { managesWebhooks: true },
    args: { endpointId: t.arg.id(endpointId) },
    resolve: async (_root, { endpointId: id }, { db, secrets, viewer, act }) => {
      const rotated = await rotateSecret({ db, secrets }, id, holderOf(viewer), act);
      return rotated ? new WebhookSecretSuccess(rotated) : new WebhookEndpointNotFound();
    },
  }),
);
