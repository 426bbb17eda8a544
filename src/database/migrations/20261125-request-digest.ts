import { Migration } from '@mikro-orm/migrations';

/** Erases the digests that were derived from passwords. Their companies are recognised by what their rows hold. */
export class RequestDigest extends Migration {
  override name = '20261125-request-digest';

  override up(): void {
    this.addSql(`update "company" set "request_digest" = null where "request_digest" not like 'sha256.%'`);
  }

  override down(): void {
    // What was erased is gone, and not missed.
  }
}
