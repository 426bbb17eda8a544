import { Migration } from '@mikro-orm/migrations';

/** Messages may be signed with Ed25519; whoever verifies them needs the public key. */
export class AddWebhookPublicKeys extends Migration {
  override name = '20261127-webhook-public-keys';

  override up(): void {
    this.addSql('alter table "webhook_endpoint" add column "public_key" text null');
  }

  override down(): void {
    this.addSql('alter table "webhook_endpoint" drop column "public_key"');
  }
}
