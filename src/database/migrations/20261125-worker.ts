import { Migration } from '@mikro-orm/migrations';

/** Workers show that they live, so that every process knows whether there is one. */
export class AddWorker extends Migration {
  override name = '20261125-worker';

  override up(): void {
    this.addSql(`
      create table "worker" (
        "name" text not null,
        "started_at" timestamptz(3) not null,
        "seen_at" timestamptz(3) not null,
        "alive_until" timestamptz(3) not null,
        "late_loops" text[] not null,
        primary key ("name")
      )`);
  }

  override down(): void {
    this.addSql(`drop table "worker"`);
  }
}
