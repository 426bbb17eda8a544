import { Migration } from '@mikro-orm/migrations';

const before = `'CREATED', 'QUEUED', 'CLAIMED', 'TAKEN_OVER', 'STEP_STARTED', 'STEP_PROGRESSED', 'STEP_RETRYING', 'STEP_COMPLETED', 'CANCEL_REQUESTED', 'RETURNED_TO_DRAFT', 'SUCCEEDED', 'FAILED', 'ADDRESS_CORRECTED'`;

/** Companies are corrected, and drafts deleted. */
export class Corrections extends Migration {
  override name = '20261126-corrections';

  override up(): void {
    this.addSql('alter table "company_event" drop constraint "company_event_kind_check"');
    this.addSql(
      `alter table "company_event" add constraint "company_event_kind_check" check ("kind" in (${before}, 'CORRECTED', 'DELETED'))`,
    );
    // Those who may update companies may delete their drafts.
    this.addSql(`
      do $$
      declare grantee text;
      begin
        for grantee in
          select distinct case right_of.grantee when 0 then 'public' else right_of.grantee::regrole::text end
          from pg_class, aclexplode(relacl) as right_of
          where pg_class.oid = 'company'::regclass and right_of.grantee <> relowner and right_of.privilege_type = 'UPDATE'
        loop
          execute format('grant delete on company to %s', grantee);
        end loop;
      end $$`);
  }

  override down(): void {
    this.addSql('alter table "company_event" drop constraint "company_event_kind_check"');
    // A log has no gap, so the events stay.
    this.addSql(
      `alter table "company_event" add constraint "company_event_kind_check" check ("kind" in (${before})) not valid`,
    );
  }
}
