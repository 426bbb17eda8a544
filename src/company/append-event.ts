import { type RawBuilder, sql } from 'kysely';
import { type NewEvent, reasonOf, sentenceOf, stepOf } from './event-kind.ts';

/** A part of the statement that changes companies and raises their versions: the event of each row of `changed`. */
export const appendEvent = (event: NewEvent, changed: string): RawBuilder<object> => sql`(
  insert into company_event
    (company_id, version, attempt, status, site_status, progress, kind, step, reason, message)
  select
    id, version, attempt, status, site_status, progress,
    ${event.kind}::text, ${stepOf(event)}::text, ${reasonOf(event)}::text, ${sentenceOf(event)}::text
  from ${sql.table(changed)}
)`;
