import { defineEntity, p } from '@mikro-orm/core';

/** What a revocation names by its `value`: a token by its `jti`, or whose tokens by their `sub`. */
export type RevocationKind = 'TOKEN' | 'SUBJECT';

/** Tokens that count no more, although they have not ended. A row that is over stays: nothing is ever deleted. */
export const RevocationSchema = defineEntity({
  name: 'Revocation',
  tableName: 'revocation',
  properties: {
    /** Orders revocations and serves as the cursor of listings; revoked again, they come anew. */
    position: p.bigint().primary().autoincrement().generated('by default as identity'),
    kind: p.text().$type<RevocationKind>(),
    value: p.text(),
    revokedAt: p.datetime(3).defaultRaw('now()'),
    /** The subject of the operator. */
    revokedBy: p.text(),
    /** When every token that it is about has ended by itself. */
    endsAt: p.datetime(3),
  },
  uniques: [{ name: 'revocation_kind_value_unique', properties: ['kind', 'value'] }],
  indexes: [{ name: 'revocation_ends_at_index', properties: ['endsAt'] }],
});
