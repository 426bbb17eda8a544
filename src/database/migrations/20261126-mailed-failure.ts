import { Migration } from '@mikro-orm/migrations';

/** What a failure mail is about, so that its sentence can be written in any language. */
export class MailedFailure extends Migration {
  override name = '20261126-mailed-failure';

  override up(): void {
    this.addSql('alter table "outbox_mail" add column "failure" jsonb null');
  }

  override down(): void {
    this.addSql('alter table "outbox_mail" drop column "failure"');
  }
}
