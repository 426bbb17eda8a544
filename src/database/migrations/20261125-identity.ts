import { Migration } from '@mikro-orm/migrations';

/** The identities that tell a company, and this database, from others that bear the same numbers. Each row gets its own. */
export class Identity extends Migration {
  override name = '20261125-identity';

  override up(): void {
    this.addSql(`alter table "company" add column "identity" uuid not null default gen_random_uuid()`);
    this.addSql(`
      create table "deployment" (
        "id" uuid not null default gen_random_uuid(),
        "is_this" boolean not null default true,
        "cluster" text null,
        "database" text not null,
        primary key ("id")
      )`);
    this.addSql(`alter table "deployment" add constraint "deployment_is_this_unique" unique ("is_this")`);
  }

  override down(): void {
    this.addSql(`drop table "deployment"`);
    this.addSql(`alter table "company" drop column "identity"`);
  }
}
