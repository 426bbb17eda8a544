import { Migration } from '@mikro-orm/migrations';

/** What workers need to take turns among those who ask, however many companies one of them has waiting. */
export class Turns extends Migration {
  override name = '20261125-turns';

  override up(): void {
    this.addSql('alter table "company" add column "served_at" timestamptz(3) null');
    this.addSql(
      'update "company" set "served_at" = "provisioning_started_at" where "provisioning_started_at" is not null',
    );
    this.addSql(`create index "company_turn_index" on "company" ("created_by", "queued_at") where "status" = 'QUEUED'`);
    this.addSql('create index "company_created_by_served_at_index" on "company" ("created_by", "served_at")');
  }

  override down(): void {
    this.addSql('drop index "company_turn_index"');
    this.addSql('alter table "company" drop column "served_at"');
  }
}
