import { Migration } from '@mikro-orm/migrations';

/** The events of all companies are read in the order in which they committed. Those from before are numbered like new ones. */
export class EventPositions extends Migration {
  override name = '20261126-event-positions';

  override up(): void {
    this.addSql('create sequence "company_event_number"');
    this.addSql('alter table "company_event" add column "position" bigint null, add column "owner" text null');
    this.addSql(
      'create index "company_event_unnumbered_index" on "company_event" ("company_id", "version") where "position" is null',
    );
    this.addSql(
      'create unique index "company_event_position_index" on "company_event" ("position") where "position" is not null',
    );
    this.addSql(
      'create index "company_event_owner_position_index" on "company_event" ("owner", "position") where "position" is not null',
    );
  }

  override down(): void {
    this.addSql('alter table "company_event" drop column "position", drop column "owner"');
    this.addSql('drop sequence "company_event_number"');
  }
}
