import { Migration } from '@mikro-orm/migrations';

/** An entry of the audit log names the tokens that were revoked. */
export class AddAuditTarget extends Migration {
  override name = '20261126-audit-target';

  override up(): void {
    this.addSql('alter table "audit_entry" add column "target" text null');
  }

  override down(): void {
    this.addSql('alter table "audit_entry" drop column "target"');
  }
}
