import { defineEntity, p } from '@mikro-orm/core';

/** What an API key may do. Tokens may do what their roles allow. */
export const apiKeyScopes = ['companies:read', 'companies:write', 'webhooks:write', 'operate'] as const;
export type ApiKeyScope = (typeof apiKeyScopes)[number];

/** Keys with which an owner's programs sign in. Only a digest of the secret is kept; a row that is over stays. */
export const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    /** The public part of the key: `cps_` and twelve letters or digits. */
    id: p.text().primary(),
    /** Orders keys; the cursor of lists. */
    position: p.bigint().autoincrement().generated('by default as identity').unique(),
    owner: p.text(),
    name: p.text(),
    scopes: p.array().$type<ApiKeyScope[]>(),
    /** SHA-256 of the whole key, in hexadecimal digits. */
    digest: p.text(),
    /** The subject who made it, or `npm run keys`. */
    createdBy: p.text(),
    createdAt: p.datetime(3).defaultRaw('now()'),
    expiresAt: p.datetime(3),
    /** The day of the last use, in UTC. */
    lastUsedOn: p.date().nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
  indexes: [{ name: 'api_key_owner_position_index', properties: ['owner', 'position'] }],
});
