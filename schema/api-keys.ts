import { type ApiKeyRow, listApiKeys } from '../src/access/api-keys.ts';
import type { ApiKeyScope } from '../src/company/api-key.ts';
import { nameOfOwner } from '../src/company/requester.ts';
import { builder } from './builder.ts';
import { OwnerInput, OwnerObject, ownerFrom, whichOwner } from './owner.ts';
import { pageComplexity, resolvePage } from './page.ts';
import { badArgument } from './refusal.ts';

const scopes: Readonly<Record<string, { value: ApiKeyScope; description: string }>> = {
  COMPANIES_READ: { value: 'companies:read', description: '`companies:read`: read and watch companies.' },
  COMPANIES_WRITE: {
    value: 'companies:write',
    description:
      '`companies:write`: create, correct, delete, provision and cancel companies; includes `companies:read`.',
  },
  WEBHOOKS_WRITE: {
    value: 'webhooks:write',
    description: '`webhooks:write`: manage webhook endpoints and their deliveries.',
  },
  OPERATE: {
    value: 'operate',
    description:
      '`operate`: what operators may do, and with the other scopes for every company. Only for keys that operators make for themselves.',
  },
};

export const ApiKeyScopeEnum = builder.enumType('ApiKeyScope', {
  description: 'What an API key may do. The description of each root field names the scope that it needs.',
  values: scopes,
});

export const ApiKeyObject = builder.objectRef<ApiKeyRow>('ApiKey').implement({
  description: 'A key with which an owner’s programs sign in. The key itself is shown once, when it is created.',
  authScopes: { managesApiKeys: true },
  fields: (t) => ({
    id: t.exposeID('id', {
      description:
        'The beginning of the key, `cps_` and twelve letters or digits: not secret, and its name in the audit log.',
    }),
    name: t.exposeString('name', { description: 'What it was called when it was created.' }),
    scopes: t.field({ type: [ApiKeyScopeEnum], resolve: (key) => key.scopes, description: 'What it may do.' }),
    owner: t.field({
      type: OwnerObject,
      resolve: ({ owner }) => nameOfOwner(owner),
      description: 'Whom it acts for.',
    }),
    createdBy: t.exposeString('created_by', {
      description: 'The `sub` of whoever created it; `npm run keys` where that did.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When it was created.' }),
    expiresAt: t.expose('expires_at', { type: 'DateTime', description: 'When it expires; its streams end then.' }),
    lastUsedOn: t.exposeString('last_used_on', {
      nullable: true,
      description: 'The day on which it was used last, as `YYYY-MM-DD` in UTC; null if it never was.',
    }),
    revokedAt: t.expose('revoked_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null if it was not.',
    }),
  }),
});

builder.queryField('apiKeys', (t) =>
  t.connection(
    {
      type: ApiKeyObject,
      description:
        'The API keys of your tenant or subject, newest first, those that have ended too; at most 100 per page. Operators see everybody’s. For partners and operators.',
      complexity: pageComplexity,
      authScopes: { managesApiKeys: true },
      args: { owner: t.arg({ type: OwnerInput, description: 'For operators: only this owner’s keys.' }) },
      resolve: (_root, { owner: given, ...args }, { db, viewer }) => {
        const owner = given ? ownerFrom(given, viewer) : viewer.seesAll ? undefined : viewer.owner;
        if (given && owner === undefined) throw badArgument('owner', whichOwner);
        return resolvePage(
          args,
          ({ position }: ApiKeyRow) => position,
          (window) => listApiKeys(db, owner, window),
          Number.MAX_SAFE_INTEGER,
        );
      },
    },
    { name: 'ApiKeyConnection' },
    { name: 'ApiKeyEdge' },
  ),
);
