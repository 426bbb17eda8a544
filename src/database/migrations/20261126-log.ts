import { Migration } from '@mikro-orm/migrations';

/** What site hosts print. The only table of which the service deletes anything: a company keeps its newest lines. */
export class AddLogLine extends Migration {
  override name = '20261126-log';

  override up(): void {
    this.addSql(`
      create table "log_line" (
        "company_id" text not null,
        "number" int not null,
        "attempt" int not null,
        "step" text not null,
        "text" text not null,
        "written_at" timestamptz(3) not null default now(),
        primary key ("company_id", "number")
      )`);
    // The owner's default privileges have given the service's role what it needs of other tables.
    this.addSql(`
      do $$
      declare grantee text;
      begin
        for grantee in
          select case right_of.grantee when 0 then 'public' else right_of.grantee::regrole::text end
          from pg_class, aclexplode(relacl) as right_of
          where pg_class.oid = 'log_line'::regclass and right_of.privilege_type = 'INSERT' and right_of.grantee <> relowner
        loop
          execute format('grant delete on log_line to %s', grantee);
        end loop;
      end $$`);
  }

  override down(): void {
    this.addSql('drop table "log_line"');
  }
}
