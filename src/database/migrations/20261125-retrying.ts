import { Migration } from '@mikro-orm/migrations';

/** A company tells which error its present step is being tried again for. */
export class AddRetrying extends Migration {
  override name = '20261125-retrying';

  override up(): void {
    this.addSql(`alter table "company" add column "retrying" jsonb null`);
  }

  override down(): void {
    this.addSql(`alter table "company" drop column "retrying"`);
  }
}
