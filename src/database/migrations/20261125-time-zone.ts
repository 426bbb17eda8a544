import { Migration } from '@mikro-orm/migrations';

/** The time zone that a company's site was asked for with. */
export class TimeZone extends Migration {
  override name = '20261125-time-zone';

  override up(): void {
    this.addSql(`alter table "company" add column "time_zone" text null`);
  }

  override down(): void {
    this.addSql(`alter table "company" drop column "time_zone"`);
  }
}
