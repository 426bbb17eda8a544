import { Migration } from '@mikro-orm/migrations';

/**
 * Events have a kind, and failures a reason. Those that exist get theirs from what their statuses, steps and sentences tell; nothing parses a
 * sentence after this.
 */
export class EventKinds extends Migration {
  override name = '20261125-event-kinds';

  override up(): void {
    this.addSql(`alter table "company_event" add column "kind" text null, add column "reason" text null`);
    this.addSql(`
      with event as (
        select company_id, version, attempt, status, step, message,
          message = 'A worker has started.' as is_claim,
          lag(step) over (partition by company_id order by version) as step_before,
          lag(message) over (partition by company_id order by version) as message_before
        from company_event
      ), counted as (
        select *, count(*) filter (where is_claim) over (partition by company_id, attempt order by version) as claims
        from event
      ), told as (
        select company_id, version, case
          when version = 1 then 'CREATED'
          when status = 'DRAFT' then 'RETURNED_TO_DRAFT'
          when status = 'QUEUED' then 'QUEUED'
          when status = 'ACTIVE' then 'SUCCEEDED'
          when status = 'FAILED' then 'FAILED'
          when is_claim and claims = 1 then 'CLAIMED'
          when is_claim then 'TAKEN_OVER'
          when step is null then 'CANCEL_REQUESTED'
          when message like '%: done.' then 'STEP_COMPLETED'
          when step = step_before and message_before not like '%: done.' then 'STEP_PROGRESSED'
          else 'STEP_STARTED'
        end as kind
        from counted
      )
      update company_event set kind = told.kind from told
      where company_event.company_id = told.company_id and company_event.version = told.version`);
    this.addSql(`
      update company_event set reason = company.failure ->> 'reason' from company
      where company.id = company_id and company.attempt = company_event.attempt and company_event.kind = 'FAILED'`);
    this.addSql(`alter table "company_event" alter column "kind" set not null`);
    this.addSql(
      `alter table "company_event" add constraint "company_event_kind_check" check ("kind" in ('CREATED', 'QUEUED', 'CLAIMED', 'TAKEN_OVER', 'STEP_STARTED', 'STEP_PROGRESSED', 'STEP_RETRYING', 'STEP_COMPLETED', 'CANCEL_REQUESTED', 'RETURNED_TO_DRAFT', 'SUCCEEDED', 'FAILED'))`,
    );
  }

  override down(): void {
    this.addSql(`alter table "company_event" drop column "kind", drop column "reason"`);
  }
}
