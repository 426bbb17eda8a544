import { defineEntity, p } from '@mikro-orm/core';
import type { EventKind } from './event-kind.ts';

/** Why an endpoint gets nothing: its owner wants so, it answered 410, or nothing but failures came of it for days. */
export const disabledReasons = ['BY_OWNER', 'GONE', 'FAILING'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** An address to which an owner wants the events of their companies to be sent. */
export const WebhookEndpointSchema = defineEntity({
  name: 'WebhookEndpoint',
  tableName: 'webhook_endpoint',
  properties: {
    /** `we_` and random letters and digits. */
    id: p.text().primary(),
    /** Orders endpoints; the cursor of lists. */
    position: p.bigint().autoincrement().generated('by default as identity').unique(),
    owner: p.text(),
    url: p.text(),
    /** The events that it wants. */
    kinds: p.array().$type<EventKind[]>(),
    description: p.text(),
    /** Who is mailed when it is disabled, unless by its owner; null for nobody. */
    contactEmail: p.text().nullable(),
    /** What messages are signed with, encrypted for this id. */
    sealedSecret: p.text(),
    /** The secret before it, with which messages are signed too for a while. */
    sealedPreviousSecret: p.text().nullable(),
    /** By which receivers verify what `sealedSecret` signs, where that is a key of Ed25519. */
    publicKey: p.text().nullable(),
    previousSecretUntil: p.datetime(3).nullable(),
    /** The subject or the API key that made it. */
    createdBy: p.text(),
    createdAt: p.datetime(3).defaultRaw('now()'),
    disabledAt: p.datetime(3).nullable(),
    disabledReason: p.enum(disabledReasons).nullable(),
    /** Since when every attempt has failed; null after one that did not. */
    failingSince: p.datetime(3).nullable(),
  },
  indexes: [{ name: 'webhook_endpoint_owner_position_index', properties: ['owner', 'position'] }],
});
