import { isApiKeyId } from '../src/access/api-key-text.ts';
import { claimTextFault, longestClaim } from '../src/access/claim-text.ts';
import type { RevocationKind } from '../src/company/revocation.ts';
import { findRevocations, type RevocationRow, revoke } from '../src/revocation/revoke.ts';
import { builder } from './builder.ts';
import type { SchemaContext } from './context.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { ValidationError } from './validation-error.ts';

const RevocationObject = builder.objectRef<RevocationRow>('Revocation').implement({
  description: 'Tokens that are refused although they have not expired.',
  authScopes: { operator: true },
  fields: (t) => ({
    tokenId: t.string({
      nullable: true,
      resolve: ({ kind, value }) => (kind === 'TOKEN' ? value : null),
      description: 'The `jti` of the revoked token; null when a subject’s tokens were revoked.',
    }),
    subject: t.string({
      nullable: true,
      resolve: ({ kind, value }) => (kind === 'SUBJECT' ? value : null),
      description: 'The `sub` whose tokens were revoked; null when a single token was.',
    }),
    revokedAt: t.expose('revoked_at', {
      type: 'DateTime',
      description: 'When they were revoked. Tokens of the subject with a later `iat` are accepted.',
    }),
    revokedBy: t.exposeString('revoked_by', { description: 'The `sub` of the operator who revoked them.' }),
    endsAt: t.expose('ends_at', {
      type: 'DateTime',
      description: 'When all of them have expired, and the revocation ends.',
    }),
  }),
});

class RevokeTokensSuccess {
  readonly message =
    'Every process refuses these tokens within a few seconds and closes the streams and connections that use them.';
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
      description: 'The revocation.',
    }),
  }),
});

const RevokeTokensResult = builder.unionType('RevokeTokensResult', {
  description: 'The revocation, or the reason why nothing was revoked.',
  types: [RevokeTokensSuccess, ValidationError],
});

builder.mutationField('revokeToken', (t) =>
  t.field({
    type: RevokeTokensResult,
    description: 'Revokes one token before it expires. For operators.',
    authScopes: { operator: true },
    args: { tokenId: t.arg.string({ required: true, description: 'The `jti` of the token. Up to 255 characters.' }) },
    resolve: (_root, { tokenId }, context) => revokeBy('TOKEN', 'tokenId', tokenId, context),
  }),
);

builder.mutationField('revokeTokensOf', (t) =>
  t.field({
    type: RevokeTokensResult,
    description:
      'Revokes all tokens that were issued to a subject so far. Tokens issued later are accepted from half a minute after this on. For operators.',
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
  if (isApiKeyId(value)) return { code: 'INVALID_FORMAT', message: 'Revoke an API key by `revokeApiKey`.' } as const;
  const code = claimTextFault(value);
  return code && { code, message: messages[code] };
}

const messages = {
  REQUIRED: 'Name the token or the subject.',
  TOO_LONG: `No token has more than ${longestClaim} characters there.`,
  INVALID_CHARACTERS: 'No token has control characters there.',
} as const;

builder.queryField('revocations', (t) =>
  t.connection(
    {
      type: RevocationObject,
      description: 'The present revocations, newest first; at most 100 per page. For operators.',
      complexity: pageComplexity,
      authScopes: { operator: true },
      resolve: (_root, args, { db }) =>
        resolvePage(
          args,
          ({ position }: RevocationRow) => position,
          (window) => findRevocations(db, window),
          Number.MAX_SAFE_INTEGER,
        ),
    },
    { name: 'RevocationConnection' },
    { name: 'RevocationEdge' },
  ),
);
