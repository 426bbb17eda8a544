import type { InferKyselyTable } from '@mikro-orm/sql';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { ApiKeySchema } from './api-key.ts';
import type { AuditEntrySchema } from './audit-entry.ts';
import type { CompanySchema } from './company.ts';
import type { CompanyEventSchema } from './company-event.ts';
import type { LogLineSchema } from './log-line.ts';
import type { MailAccountSchema } from './mail-account.ts';
import type { OutboxMailSchema } from './outbox-mail.ts';
import type { QuotaOverrideSchema } from './quota-override.ts';
import type { RevocationSchema } from './revocation.ts';
import type { WebhookCursorSchema } from './webhook-cursor.ts';
import type { WebhookDeliverySchema } from './webhook-delivery.ts';
import type { WebhookEndpointSchema } from './webhook-endpoint.ts';
import type { WorkerSchema } from './worker.ts';

/** The tables as queries see them. Columns keep their names in the database, so that SQL reads as SQL. */
export interface Tables {
  company: InferKyselyTable<typeof CompanySchema>;
  company_event: InferKyselyTable<typeof CompanyEventSchema>;
  outbox_mail: InferKyselyTable<typeof OutboxMailSchema>;
  mail_account: InferKyselyTable<typeof MailAccountSchema>;
  log_line: InferKyselyTable<typeof LogLineSchema>;
  worker: InferKyselyTable<typeof WorkerSchema>;
  audit_entry: InferKyselyTable<typeof AuditEntrySchema>;
  api_key: InferKyselyTable<typeof ApiKeySchema>;
  quota_override: InferKyselyTable<typeof QuotaOverrideSchema>;
  revocation: InferKyselyTable<typeof RevocationSchema>;
  webhook_endpoint: InferKyselyTable<typeof WebhookEndpointSchema>;
  webhook_delivery: InferKyselyTable<typeof WebhookDeliverySchema>;
  webhook_cursor: InferKyselyTable<typeof WebhookCursorSchema>;
}

export type CompanyRow = Selectable<Tables['company']>;
export type CompanyColumn = keyof CompanyRow;

/** PostgreSQL's clock: leases, deadlines and the times of events never depend on a machine of ours. */
export const now = sql<Date>`now()`;
export const inMilliseconds = (milliseconds: number) => sql<Date>`now() + ${milliseconds} * interval '1 millisecond'`;

/** All that the use cases see of the database: the query builder, one statement a use. */
export type Db = Kysely<Tables>;
