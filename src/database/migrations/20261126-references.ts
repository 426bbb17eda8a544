import { Migration } from '@mikro-orm/migrations';

/** What partners know a company by, and indexes to find companies by that, by customer and by time. */
export class References extends Migration {
  override name = '20261126-references';

  override up(): void {
    this.addSql('alter table "company" add column "external_reference" text null');
    this.addSql(`alter table "company" add column "metadata" jsonb not null default '[]'`);
    for (const index of indexes) this.addSql(`create index ${index}`);
  }

  override down(): void {
    for (const index of indexes) this.addSql(`drop index ${index.split(' on ', 1)[0]}`);
    this.addSql('alter table "company" drop column "metadata"');
    this.addSql('alter table "company" drop column "external_reference"');
  }
}

const indexes = [
  '"company_external_reference_index" on "company" ("external_reference", "status", "position") where "external_reference" is not null',
  '"company_created_by_external_reference_index" on "company" ("created_by", "external_reference", "status", "position") where "external_reference" is not null',
  '"company_customer_email_index" on "company" ("customer_email", "status", "position")',
  '"company_created_by_customer_email_index" on "company" ("created_by", "customer_email", "status", "position")',
  '"company_created_at_index" on "company" ("created_at")',
];
