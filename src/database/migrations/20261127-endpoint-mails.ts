import { Migration } from '@mikro-orm/migrations';

/** Owners of webhook endpoints are mailed too: such a mail is about no company. */
export class EndpointMails extends Migration {
  override name = '20261127-endpoint-mails';

  override up(): void {
    this.addSql(`
      alter table "outbox_mail"
        alter column "company_id" drop not null,
        alter column "attempt" drop not null,
        add column "endpoint_id" text null,
        add column "disabled_endpoint" jsonb null,
        drop constraint "outbox_mail_kind_check",
        add constraint "outbox_mail_kind_check" check ("kind" in ('SITE_READY', 'SITE_FAILED', 'ENDPOINT_DISABLED'))`);
    this.addSql(
      `create index "outbox_mail_endpoint_due_index" on "outbox_mail" ("due_at") where "endpoint_id" is not null and "state" = 'WAITING'`,
    );
  }

  override down(): void {
    this.addSql('drop index "outbox_mail_endpoint_due_index"');
    this.addSql('delete from "outbox_mail" where "company_id" is null');
    this.addSql(`
      alter table "outbox_mail"
        alter column "company_id" set not null,
        alter column "attempt" set not null,
        drop column "endpoint_id",
        drop column "disabled_endpoint",
        drop constraint "outbox_mail_kind_check",
        add constraint "outbox_mail_kind_check" check ("kind" in ('SITE_READY', 'SITE_FAILED'))`);
  }
}
