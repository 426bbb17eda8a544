import { Migration } from '@mikro-orm/migrations';

/** An entry of the audit log names the tenant that was acted for. */
export class AddAuditTenant extends Migration {
  override name = '20261126-audit-tenant';

  override up(): void {
    this.addSql('alter table "audit_entry" add column "tenant" text null');
  }

  override down(): void {
    this.addSql('alter table "audit_entry" drop column "tenant"');
  }
}
