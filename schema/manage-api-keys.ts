import { faultsOfApiKey, longestLife } from '../src/access/api-key-request.ts';
import { isApiKeyId, readApiKey } from '../src/access/api-key-text.ts';
import { type ApiKeyRow, createApiKey, mostApiKeys, revokeApiKey } from '../src/access/api-keys.ts';
import { ApiKeyObject, ApiKeyScopeEnum } from './api-keys.ts';
import { builder } from './builder.ts';
import { OwnerInput, ownerFrom, whichOwner } from './owner.ts';
import { type FieldProblem, FieldProblemInterface, type Problem, ProblemInterface } from './problem.ts';
import { ValidationError } from './validation-error.ts';

class CreateApiKeySuccess {
  readonly message = 'Store the key now: it is not shown again.';
  readonly key: string;
  readonly apiKey: ApiKeyRow;
  constructor({ text, row }: { readonly text: string; readonly row: ApiKeyRow }) {
    this.key = text;
    this.apiKey = row;
  }
}

builder.objectType(CreateApiKeySuccess, {
  name: 'CreateApiKeySuccess',
  description: 'The key is created, and valid at once.',
  isTypeOf: (answer) => answer instanceof CreateApiKeySuccess,
  authScopes: { managesApiKeys: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    key: t.exposeString('key', {
      description:
        'The secret to send as `Authorization: Bearer cps_…`. It is shown only here: the service keeps a digest.',
    }),
    apiKey: t.field({ type: ApiKeyObject, resolve: ({ apiKey }) => apiKey, description: 'What is listed of it.' }),
  }),
});

class TooManyApiKeys implements Problem {
  readonly limit = mostApiKeys;
  readonly message =
    `An owner may hold ${mostApiKeys} keys that are valid or less than a day old; revoke those that are not used, or wait.`;
}

builder.objectType(TooManyApiKeys, {
  name: 'TooManyApiKeys',
  description: 'The owner holds as many keys as they may.',
  isTypeOf: (answer) => answer instanceof TooManyApiKeys,
  interfaces: [ProblemInterface],
  authScopes: { managesApiKeys: true },
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'How many keys that are valid or less than a day old they may hold.' }),
  }),
});

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A key to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Tells keys apart in the list. 1 to 100 characters.' }),
    scopes: t.field({
      type: [ApiKeyScopeEnum],
      required: true,
      description: 'What it may do: at least one, and no more than you may.',
    }),
    expiresInDays: t.int({ description: `How long it is valid: 1 to ${longestLife} days, ${longestLife} by default.` }),
    owner: t.field({ type: OwnerInput, description: 'For operators: whom it acts for; by default your own owner.' }),
  }),
});

const CreateApiKeyResult = builder.unionType('CreateApiKeyResult', {
  description: 'The key, or the reason why there is none.',
  types: [CreateApiKeySuccess, ValidationError, TooManyApiKeys],
});

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: CreateApiKeyResult,
    description: `Creates an API key for programs of your tenant or subject. An owner may hold up to ${mostApiKeys}, so a new key can be used before the old one is revoked. If the answer is lost, the key that nobody has is the newest one of its \`name\` in \`apiKeys\`, never used: revoke it and create another one. For partners and operators.`,
    authScopes: { managesApiKeys: true },
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'The key to create.' }) },
    resolve: async (_root, { input }, { db, viewer, act }) => {
      const owner = input.owner ? ownerFrom(input.owner, viewer) : viewer.owner;
      const request = { name: input.name, scopes: input.scopes, days: input.expiresInDays ?? longestLife };
      const allowed = owner === viewer.owner ? viewer.scopes : viewer.scopes.filter((scope) => scope !== 'operate');
      const faults = faultsOfApiKey(request, allowed);
      if (owner === undefined || faults.length > 0)
        return new ValidationError([
          ...faults,
          ...(owner === undefined ? [{ field: 'owner', code: 'NOT_ALLOWED' as const, message: whichOwner }] : []),
        ]);
      const created = await createApiKey(db, { ...request, owner, createdBy: viewer.subject }, act);
      return created ? new CreateApiKeySuccess(created) : new TooManyApiKeys();
    },
  }),
);

class RevokeApiKeySuccess {
  readonly message = 'Every process refuses this key within a few seconds and ends its streams.';
  readonly apiKey: ApiKeyRow;
  constructor(apiKey: ApiKeyRow) {
    this.apiKey = apiKey;
  }
}

builder.objectType(RevokeApiKeySuccess, {
  name: 'RevokeApiKeySuccess',
  description: 'The key is revoked, permanently.',
  isTypeOf: (answer) => answer instanceof RevokeApiKeySuccess,
  authScopes: { managesApiKeys: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    apiKey: t.field({ type: ApiKeyObject, resolve: ({ apiKey }) => apiKey, description: 'The key.' }),
  }),
});

class ApiKeyNotFound implements FieldProblem {
  readonly message = 'You have no such API key.';
  readonly field = 'id';
}

builder.objectType(ApiKeyNotFound, {
  name: 'ApiKeyNotFound',
  description: 'There is no such key, or it is another owner’s.',
  isTypeOf: (answer) => answer instanceof ApiKeyNotFound,
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { managesApiKeys: true },
});

const RevokeApiKeyResult = builder.unionType('RevokeApiKeyResult', {
  description: 'The revoked key, or the reason why nothing was revoked.',
  types: [RevokeApiKeySuccess, ApiKeyNotFound],
});

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    type: RevokeApiKeyResult,
    description:
      'Revokes an API key permanently; a key that was revoked before keeps its time. For partners, their own, and operators.',
    authScopes: { managesApiKeys: true },
    args: {
      id: t.arg.id({
        required: true,
        description:
          'The `id` of the key, `cps_…`. A whole key is taken for its id, so that a key that was found somewhere can be revoked.',
      }),
    },
    resolve: async (_root, { id }, { db, viewer, act, refreshRevocations }) => {
      const keyId = isApiKeyId(id) ? id : readApiKey(id)?.id;
      const key = keyId && (await revokeApiKey(db, keyId, viewer.seesAll ? undefined : viewer.owner, act));
      if (!key) return new ApiKeyNotFound();
      await refreshRevocations();
      return new RevokeApiKeySuccess(key);
    },
  }),
);
