import { Migration } from '@mikro-orm/migrations';

/** Counts a requester's companies where they are: in their rows, which nothing loses. */
export class Quotas extends Migration {
  override name = '20261125-quotas';

  override up(): void {
    this.addSql('create index "company_created_by_created_at_index" on "company" ("created_by", "created_at")');
    // A function that may change data sees what was committed while it waited for the lock: it counts those before it.
    this.addSql(`
      create function quota_exceeded(creator text, customer text, per_day integer, waiting integer)
        returns table (quota text, most integer, used integer, retry_at timestamptz, per_customer boolean)
        language plpgsql volatile as $$
      begin
        perform pg_advisory_xact_lock(hashtextextended('quota of ' || creator, 0));
        return query
          select 'COMPANIES_PER_DAY', per_day, count(*)::integer,
                 (array_agg(created_at order by created_at desc))[per_day] + interval '1 day', customer is not null
          from company
          where per_day is not null
            and created_by = creator
            and created_at > now() - interval '1 day'
            and (customer is null or customer_email = customer)
          having count(*) >= per_day;
        return query
          select 'COMPANIES_WAITING', waiting, count(*)::integer, now() + interval '30 seconds', customer is not null
          from company
          where waiting is not null
            and created_by = creator
            and status = 'QUEUED'
            and (customer is null or customer_email = customer)
          having count(*) >= waiting;
      end $$`);
  }

  override down(): void {
    this.addSql('drop function quota_exceeded(text, text, integer, integer)');
    this.addSql('drop index "company_created_by_created_at_index"');
  }
}
