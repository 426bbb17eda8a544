import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { ApiKeyScope } from '../src/company/api-key.ts';
import type { SchemaContext } from './context.ts';
import { forbidden } from './forbidden.ts';

interface SchemaTypes {
  Context: SchemaContext;
  AuthScopes: {
    /** Anybody who is signed in. */
    signedIn: boolean;
    /** Anybody who is signed in by a token of their own, and not by a stream token. */
    ownToken: boolean;
    /** Who may do this: tokens by their roles, API keys by their scopes. */
    scope: ApiKeyScope;
    /** Partners and operators who come with a token: keys do not manage keys. */
    managesApiKeys: boolean;
    /** Partners and operators, with a token or a key that may. */
    managesWebhooks: boolean;
    /** Operators of this service. */
    operator: boolean;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date | string };
  };
  DefaultFieldNullability: false;
}

export const builder = new SchemaBuilder<SchemaTypes>({
  // scope-auth comes first, so that nothing runs before it was allowed.
  plugins: [ScopeAuthPlugin, ComplexityPlugin, RelayPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authorizeOnSubscribe: true,
    runScopesOnType: true,
    authScopes: ({ viewer }) => ({
      signedIn: true,
      ownToken: viewer.onlyStreamOf === undefined,
      scope: (scope) => viewer.scopes.includes(scope),
      managesApiKeys: viewer.namesCustomers && viewer.apiKey === undefined,
      managesWebhooks: viewer.namesCustomers && viewer.scopes.includes('webhooks:write'),
      operator: viewer.seesAll,
    }),
    unauthorizedError: (_parent, { viewer }, { parentType, schema }, { failure }) =>
      forbidden(viewer, parentType === schema.getMutationType(), failure),
  },
  // check-operation.ts has the limits: they are checked once, before anything of an operation runs.
  complexity: { defaultComplexity: 1, defaultListMultiplier: 10 },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    firstArgOptions: { description: 'Return at most this many items from the start (default 20, maximum 100).' },
    lastArgOptions: { description: 'Return at most this many items from the end (maximum 100).' },
    afterArgOptions: { description: 'Return only items after this cursor.' },
    beforeArgOptions: { description: 'Return only items before this cursor.' },
    cursorFieldOptions: { description: 'The cursor of this edge, for `after` and `before`.' },
    nodeFieldOptions: { description: 'The item.' },
    edgesFieldOptions: {
      description: 'The items on this page, in order.',
      // The connection itself counts its lines (page.ts).
      complexity: { field: 1, multiplier: 1 },
    },
    pageInfoFieldOptions: { description: 'Whether there are more pages.' },
    pageInfoTypeOptions: {
      description: 'Where a page begins and ends, and whether there are more (Relay’s cursor connections).',
    },
    hasNextPageFieldOptions: { description: 'Whether there are items after `endCursor`.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are items before `startCursor`.' },
    startCursorFieldOptions: {
      description: 'The cursor of the first edge; on an empty page the cursor that was passed, if any.',
    },
    endCursorFieldOptions: {
      description: 'The cursor of the last edge; on an empty page the cursor that was passed, if any.',
    },
    defaultConnectionTypeOptions: { description: 'One page of a list.' },
    defaultEdgeTypeOptions: { description: 'One item of a list.' },
  },
});

builder.queryType({ description: 'Read operations. Anything you may not see is reported as not found.' });
builder.mutationType({ description: 'Write operations. Each returns its success or a typed problem.' });
builder.subscriptionType({ description: 'Live events, over Server-Sent Events or WebSocket.' });

/** Every value of an enum with its meaning: a missing or an extra one does not compile. */
export type Described<Value extends string> = Record<Value, { description: string }>;
