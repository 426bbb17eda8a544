import type { InferKyselyTable, SqlEntityManager } from '@mikro-orm/sql';
import { type Selectable, sql } from 'kysely';
import type { CompanySchema } from './company.ts';
import type { CompanyEventSchema } from './company-event.ts';
import type { OutboxMailSchema } from './outbox-mail.ts';

/** The tables as queries see them. Columns keep their names in the database, so that SQL reads as SQL. */
export interface Tables {
  company: InferKyselyTable<typeof CompanySchema>;
  company_event: InferKyselyTable<typeof CompanyEventSchema>;
  outbox_mail: InferKyselyTable<typeof OutboxMailSchema>;
}

export type CompanyRow = Selectable<Tables['company']>;

/** PostgreSQL's clock: leases, deadlines and the times of events never depend on a machine of ours. */
export const now = sql<Date>`now()`;

/** The query builder on the hot paths: one statement each, in the transaction of `em` if it has one. */
export const tables = (em: SqlEntityManager) => em.getKysely<Tables>();
