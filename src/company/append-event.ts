import { type RawBuilder, sql } from 'kysely';
import { type NewEvent, reasonOf, sentenceOf, stepOf } from './event-kind.ts';
import type { CompanyEventRow } from './find-companies.ts';

/** A part of the statement that changes companies and raises their versions: the event of each row of `changed`, which it returns. */
export const appendEvent = (event: NewEvent, changed: string): RawBuilder<CompanyEventRow> => sql`(
  insert into company_event
    (company_id, version, attempt, status, site_status, progress, kind, step, reason, message)
  select
    id, version, attempt, status, site_status, progress,
    ${event.kind}::text, ${stepOf(event)}::text, ${reasonOf(event)}::text, ${sentenceOf(event)}::text
  from ${sql.table(changed)}
  returning *
)`;
