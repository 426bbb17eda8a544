import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import { claimTextFault, longestClaim } from '../src/access/claim-text.ts';
import type { RevocationKind } from '../src/company/revocation.ts';
import { findRevocations, type RevocationRow, revoke } from '../src/revocation/revoke.ts';
import { builder } from './builder.ts';
import type { SchemaContext } from './context.ts';
import { page, pageArguments, pageComplexity, windowOf } from './page.ts';
import { ValidationError } from './validation-error.ts';

const RevocationObject = builder.objectRef<RevocationRow>('Revocation').implement({
  description: 'Tokens that count no more, although they have not ended.',
  authScopes: { operator: true },
  fields: (t) => ({
    tokenId: t.string({
      nullable: true,
      resolve: ({ kind, value }) => (kind === 'TOKEN' ? value : null),
      description: 'The `jti` of the token; null when it is about a subject.',
    }),
    subject: t.string({
      nullable: true,
      resolve: ({ kind, value }) => (kind === 'SUBJECT' ? value : null),
      description: 'Whose tokens these are: their `sub`; null when it is about one token.',
    }),
    revokedAt: t.expose('revoked_at', {
      type: 'DateTime',
      description: 'When they were revoked. Tokens of the subject that were issued later, by their `iat`, count.',
    }),
    revokedBy: t.exposeString('revoked_by', { description: 'The `sub` of the operator who revoked them.' }),
    endsAt: t.expose('ends_at', {
      type: 'DateTime',
      description: 'When all of them have ended by themselves, and the revocation is over.',
    }),
  }),
});

class RevokeTokensSuccess {
  readonly message = 'Every process refuses these tokens within a few seconds, and ends what is open under them.';
  readonly revocation: RevocationRow;
  constructor(revocation: RevocationRow) {
    this.revocation = revocation;
  }
}

builder.objectType(RevokeTokensSuccess, {
  name: 'RevokeTokensSuccess',
  description: 'The tokens are revoked.',
  isTypeOf: (answer) => answer instanceof RevokeTokensSuccess,
  authScopes: { operator: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    revocation: t.field({
      type: RevocationObject,
      resolve: ({ revocation }) => revocation,
      description: 'What was revoked, and until when.',
    }),
  }),
});

const RevokeTokensResult = builder.unionType('RevokeTokensResult', {
  description: 'What was revoked, or why nothing was.',
  types: [RevokeTokensSuccess, ValidationError],
});

builder.mutationField('revokeToken', (t) =>
  t.field({
    type: RevokeTokensResult,
    description: 'Revokes one token, before it ends by itself. For operators.',
    authScopes: { operator: true },
    args: { tokenId: t.arg.string({ required: true, description: 'The `jti` of the token. Up to 255 characters.' }) },
    resolve: (_root, { tokenId }, context) => revokeBy('TOKEN', 'tokenId', tokenId, context),
  }),
);

builder.mutationField('revokeTokensOf', (t) =>
  t.field({
    type: RevokeTokensResult,
    description:
      'Revokes all tokens that somebody has by now; with a token that is issued later, half a minute from now or more, they may come back. For operators.',
    authScopes: { operator: true },
    args: { subject: t.arg.string({ required: true, description: 'The `sub` of the tokens. Up to 255 characters.' }) },
    resolve: (_root, { subject }, context) => revokeBy('SUBJECT', 'subject', subject, context),
  }),
);

async function revokeBy(
  kind: RevocationKind,
  field: string,
  value: string,
  { db, viewer, act, longestTokenLife, refreshRevocations }: SchemaContext,
): Promise<RevokeTokensSuccess | ValidationError> {
  const fault = faultOf(value);
  if (fault) return new ValidationError([{ field, ...fault }]);
  const revocation = await revoke(db, kind, value, { by: viewer.subject, longestLife: longestTokenLife, act });
  await refreshRevocations();
  return new RevokeTokensSuccess(revocation);
}

/** What no token can have as its claim, or what is a token itself: tokens are secret, and revocations are listed. */
function faultOf(value: string) {
  if (/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(value))
    return { code: 'INVALID_FORMAT', message: 'Give the claim of the token, not the token.' } as const;
  const code = claimTextFault(value);
  return code && { code, message: messages[code] };
}

const messages = {
  REQUIRED: 'Say which tokens.',
  TOO_LONG: `No token has more than ${longestClaim} characters there.`,
  INVALID_CHARACTERS: 'No token has control characters there.',
} as const;

builder.queryField('revocations', (t) =>
  t.connection(
    {
      type: RevocationObject,
      description: 'What is revoked at present, newest first; at most 100 at a time. For operators.',
      complexity: pageComplexity,
      authScopes: { operator: true },
      resolve: (_root, args, { db }) =>
        resolveCursorConnection(
          { ...page, args: pageArguments(args), toCursor: ({ position }: RevocationRow) => String(position) },
          (asked: ResolveCursorConnectionArgs) => findRevocations(db, windowOf(asked, Number.MAX_SAFE_INTEGER)),
        ),
    },
    { name: 'RevocationConnection' },
    { name: 'RevocationEdge' },
  ),
);
