import { Migration } from '@mikro-orm/migrations';

/** The kinds of events without ADDRESS_CORRECTED. */
const before = `'CREATED', 'QUEUED', 'CLAIMED', 'TAKEN_OVER', 'STEP_STARTED', 'STEP_PROGRESSED', 'STEP_RETRYING', 'STEP_COMPLETED', 'CANCEL_REQUESTED', 'RETURNED_TO_DRAFT', 'SUCCEEDED', 'FAILED'`;

/** A company's log tells that its mail address was corrected. */
export class AddressCorrected extends Migration {
  override name = '20261125-address-corrected';

  override up(): void {
    this.addSql('alter table "company_event" drop constraint "company_event_kind_check"');
    this.addSql(
      `alter table "company_event" add constraint "company_event_kind_check" check ("kind" in (${before}, 'ADDRESS_CORRECTED'))`,
    );
  }

  override down(): void {
    this.addSql('alter table "company_event" drop constraint "company_event_kind_check"');
    // A log has no gap, so the events stay.
    this.addSql(
      `alter table "company_event" add constraint "company_event_kind_check" check ("kind" in (${before})) not valid`,
    );
  }
}
