import { Migration } from '@mikro-orm/migrations';

/** What counting the attempts of one customer or partner reads. */
export class Attempts extends Migration {
  override name = '20261125-attempts';

  override up(): void {
    this.addSql(`create index "company_attempts_index" on "company" ("created_by") where "status" = 'PROVISIONING'`);
  }

  override down(): void {
    this.addSql('drop index "company_attempts_index"');
  }
}
