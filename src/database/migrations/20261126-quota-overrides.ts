import { Migration } from '@mikro-orm/migrations';

/** Operators set limits of single owners while the service runs. */
export class AddQuotaOverride extends Migration {
  override name = '20261126-quota-overrides';

  override up(): void {
    this.addSql(`
      create table "quota_override" (
        "owner" text not null,
        "requests_per_minute" int null,
        "companies_per_day" int null,
        "companies_waiting" int null,
        "attempts_at_once" int null,
        "streams" int null,
        primary key ("owner")
      )`);
  }

  override down(): void {
    this.addSql('drop table "quota_override"');
  }
}
