import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { SchemaContext } from './context.ts';
import { Refusal } from './refusal.ts';

interface SchemaTypes {
  Context: SchemaContext;
  AuthScopes: {
    /** Anybody who is signed in. */
    signedIn: boolean;
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
    authScopes: ({ viewer }) => ({ signedIn: true, operator: viewer.seesAll }),
    unauthorizedError: () => new Refusal('You may not see this.', { code: 'FORBIDDEN' }),
  },
  // check-operation.ts has the limits: they are checked once, before anything of an operation runs.
  complexity: { defaultComplexity: 1, defaultListMultiplier: 10 },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    firstArgOptions: { description: 'At most so many from the beginning; 20 by default, never more than 100.' },
    lastArgOptions: { description: 'At most so many from the end; never more than 100.' },
    afterArgOptions: { description: 'Only what comes after this cursor.' },
    beforeArgOptions: { description: 'Only what comes before this cursor.' },
    cursorFieldOptions: { description: 'Where this edge stands; for `after` and `before`.' },
    nodeFieldOptions: { description: 'What is listed.' },
    edgesFieldOptions: {
      description: 'One for each that is listed, in order.',
      // The connection itself counts its lines (page.ts).
      complexity: { field: 1, multiplier: 1 },
    },
    pageInfoFieldOptions: { description: 'Whether there is more.' },
    pageInfoTypeOptions: { description: 'Whether a listing goes on (Relay’s cursor connections).' },
    hasNextPageFieldOptions: { description: 'There is more behind `endCursor`.' },
    hasPreviousPageFieldOptions: { description: 'There is more before `startCursor`.' },
    startCursorFieldOptions: {
      description: 'The cursor of the first edge; on an empty page the one you gave, if any.',
    },
    endCursorFieldOptions: { description: 'The cursor of the last edge; on an empty page the one you gave, if any.' },
    defaultConnectionTypeOptions: { description: 'One page of a listing.' },
    defaultEdgeTypeOptions: { description: 'One line of a listing.' },
  },
});

builder.queryType({ description: 'What can be read. Whatever is not yours does not exist for you.' });
builder.mutationType({ description: 'What can be done. Each answers with its success or with a typed problem.' });
builder.subscriptionType({ description: 'What can be watched live, over Server-Sent Events or WebSocket.' });
