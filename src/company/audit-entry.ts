import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';

/** What the audit log records. */
export const auditActions = [
  'CREATE_COMPANY',
  'PROVISION_COMPANY',
  'CANCEL_PROVISIONING',
  'CORRECT_COMPANY',
  'DELETE_DRAFT',
  'RESEND_MAIL',
  'CORRECT_ADDRESS',
  'CREATE_STREAM_TOKEN',
  'REVOKE_TOKEN',
  'REVOKE_TOKENS_OF',
  'CREATE_API_KEY',
  'REVOKE_API_KEY',
  'SET_QUOTAS',
  'CREATE_WEBHOOK_ENDPOINT',
  'UPDATE_WEBHOOK_ENDPOINT',
  'ROTATE_WEBHOOK_SECRET',
  'DELETE_WEBHOOK_ENDPOINT',
  'REDELIVER_WEBHOOKS',
  'SEND_TEST_WEBHOOK',
  'LOG_IN',
  'READ_MAIL',
  'READ_FAILURE',
  'READ_LOG',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Who did what, to which company, and with which outcome. Entries are appended and never change; they hold no secret. */
export const AuditEntrySchema = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit_entry',
  properties: {
    /** Orders entries; the cursor of lists. */
    position: p.bigint().primary().autoincrement().generated('by default as identity'),
    occurredAt: p.datetime(3).defaultRaw('now()'),
    action: p.text().$type<AuditAction>(),
    /** The type of a mutation's result, or the code of an error. */
    outcome: p.text(),
    /** The `sub` of the token or the id of the API key; null where nobody was signed in. */
    subject: p.text().nullable(),
    /** The tenant that they acted for; null for none. */
    tenant: p.text().nullable(),
    roles: p.array().$type<string[]>(),
    /** The `jti` of the token, where it has one. */
    tokenId: p.text().nullable(),
    /** The `kid` of the key that the token was signed with, where the token names it. */
    keyId: p.text().nullable(),
    /** The network address of the client, as far as it is known. */
    address: p.text().nullable(),
    companyId: p.text().$type<CompanyId>().nullable(),
    /** What it is about besides a company: the `jti` or the `sub` whose tokens were revoked, an API key, whose quotas were set, or a webhook endpoint. */
    target: p.text().nullable(),
    /** How often it happened: above 1 only for what is counted instead of recorded one by one. */
    count: p.integer().default(1),
  },
  indexes: [
    { name: 'audit_entry_company_id_position_index', properties: ['companyId', 'position'] },
    { name: 'audit_entry_subject_position_index', properties: ['subject', 'position'] },
  ],
});
