import { Migration } from '@mikro-orm/migrations';

/** Lists, counts and keys are read from indexes, however many companies there are. */
export class Listings extends Migration {
  override name = '20261126-listings';

  override up(): void {
    this.addSql('create index "company_status_position_index" on "company" ("status", "position")');
    this.addSql(
      'create index "company_created_by_status_position_index" on "company" ("created_by", "status", "position")',
    );
    // The former counts running attempts as well.
    this.addSql('drop index "company_attempts_index"');
    this.addSql('create index "company_sealed_index" on "company" ("position") where "sealed_password" is not null');
    this.addSql('create index "revocation_ends_at_index" on "revocation" ("ends_at")');
  }

  override down(): void {
    this.addSql('drop index "revocation_ends_at_index"');
    this.addSql('drop index "company_sealed_index"');
    this.addSql(`create index "company_attempts_index" on "company" ("created_by") where "status" = 'PROVISIONING'`);
    this.addSql('drop index "company_created_by_status_position_index"');
    this.addSql('drop index "company_status_position_index"');
  }
}
