import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';
import type { NamedFailure } from './failure.ts';
import type { DisabledReason } from './webhook-endpoint.ts';

export const mailKinds = ['SITE_READY', 'SITE_FAILED', 'ENDPOINT_DISABLED'] as const;
export type MailKind = (typeof mailKinds)[number];

const mailStates = ['WAITING', 'SENT', 'REFUSED'] as const;

/** A webhook endpoint as it was when it was disabled, and the last attempt to send to it: a status of HTTP, or why there was none. */
export interface DisabledEndpoint {
  readonly url: string;
  readonly description: string;
  readonly reason: DisabledReason;
  /** As PostgreSQL writes times in JSON. */
  readonly failingSince: string;
  readonly status: number | null;
  readonly fault: string | null;
}

/**
 * A mail to a customer, which commits with the move that it is about, one per attempt; or to the owner of a webhook endpoint, which
 * commits with its being disabled.
 */
export const OutboxMailSchema = defineEntity({
  name: 'OutboxMail',
  tableName: 'outbox_mail',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    /** Orders mails by creation; the cursor of lists. */
    position: p.bigint().autoincrement().generated('by default as identity').unique(),
    /** What it is about: a company and its attempt, or an endpoint. */
    companyId: p.text().$type<CompanyId>().nullable(),
    attempt: p.integer().nullable(),
    endpointId: p.text().nullable(),
    kind: p.enum(mailKinds),
    recipient: p.text(),
    /** For SITE_FAILED: the sentence that says what went wrong, as it was when the attempt ended. */
    reason: p.text().nullable(),
    /** For SITE_FAILED: what that sentence is about; null in mails of earlier versions. */
    failure: p.json<NamedFailure>().nullable(),
    /** For ENDPOINT_DISABLED. */
    disabledEndpoint: p.json<DisabledEndpoint>().nullable(),
    state: p.enum(mailStates).default('WAITING'),
    /** The number of delivery attempts. It fences: only the newest attempt may record its outcome. */
    tries: p.integer().default(0),
    /** When the next delivery attempt is due. */
    dueAt: p.datetime(3).defaultRaw('now()'),
    /** While a delivery attempt runs: when its claim expires unless the worker extends it. */
    tryUntil: p.datetime(3).nullable(),
    lastError: p.text().nullable(),
    sentAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3).defaultRaw('now()'),
  },
  uniques: [{ name: 'outbox_mail_outcome_unique', properties: ['companyId', 'attempt'] }],
  indexes: [
    {
      name: 'outbox_mail_due_index',
      expression: `create index "outbox_mail_due_index" on "outbox_mail" ("due_at") where "state" = 'WAITING'`,
    },
    {
      name: 'outbox_mail_endpoint_due_index',
      expression: `create index "outbox_mail_endpoint_due_index" on "outbox_mail" ("due_at") where "endpoint_id" is not null and "state" = 'WAITING'`,
    },
    {
      name: 'outbox_mail_undelivered_index',
      expression: `create index "outbox_mail_undelivered_index" on "outbox_mail" ("position") where "state" <> 'SENT'`,
    },
  ],
});

export class OutboxMail extends OutboxMailSchema.class {}
OutboxMailSchema.setClass(OutboxMail);
