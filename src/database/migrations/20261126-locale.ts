import { Migration } from '@mikro-orm/migrations';

/** The language that a company’s customer reads. */
export class Locale extends Migration {
  override name = '20261126-locale';

  override up(): void {
    this.addSql('alter table "company" add column "locale" text null');
  }

  override down(): void {
    this.addSql('alter table "company" drop column "locale"');
  }
}
