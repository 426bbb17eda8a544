import { Migration } from '@mikro-orm/migrations';

/** A fault of the mail account is kept once, and not with each mail that waits for its end. */
export class AddMailAccount extends Migration {
  override name = '20261125-mail-account';

  override up(): void {
    this.addSql(
      `create table "mail_account" ("is_this" boolean not null default true, "fault" text null, "fault_since" timestamptz(3) null, primary key ("is_this"))`,
    );
  }

  override down(): void {
    this.addSql(`drop table "mail_account"`);
  }
}
