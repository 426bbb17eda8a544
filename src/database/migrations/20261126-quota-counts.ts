import { Migration } from '@mikro-orm/migrations';

/** Quotas stop counting once they are used up: a request costs as much as its limit allows, however many companies there are. */
export class QuotaCounts extends Migration {
  override name = '20261126-quota-counts';

  override up(): void {
    // What is counted beyond the limit is only reported, so it is counted for a refusal alone.
    this.addSql(
      quotaExceeded(`
        return query
          select 'COMPANIES_PER_DAY', per_day, (select count(*)::integer from company where ${createdToday}),
                 min(created_at) + interval '1 day', customer is not null
          from (select created_at from company where ${createdToday} order by created_at desc limit per_day) as counted
          having count(*) >= per_day;
        return query
          select 'COMPANIES_WAITING', waiting, (select count(*)::integer from company where ${areWaiting}),
                 now() + interval '30 seconds', customer is not null
          from (select from company where ${areWaiting} limit waiting) as counted
          having count(*) >= waiting;`),
    );
  }

  override down(): void {
    this.addSql(
      quotaExceeded(`
        return query
          select 'COMPANIES_PER_DAY', per_day, count(*)::integer,
                 (array_agg(created_at order by created_at desc))[per_day] + interval '1 day', customer is not null
          from company
          where ${createdToday}
          having count(*) >= per_day;
        return query
          select 'COMPANIES_WAITING', waiting, count(*)::integer, now() + interval '30 seconds', customer is not null
          from company
          where ${areWaiting}
          having count(*) >= waiting;`),
    );
  }
}

const ofCustomer = `(customer is null or customer_email = customer)`;
const createdToday = `per_day is not null and created_by = creator and created_at > now() - interval '1 day' and ${ofCustomer}`;
const areWaiting = `waiting is not null and created_by = creator and status = 'QUEUED' and ${ofCustomer}`;

const quotaExceeded = (body: string): string => `
      create or replace function quota_exceeded(creator text, customer text, per_day integer, waiting integer)
        returns table (quota text, most integer, used integer, retry_at timestamptz, per_customer boolean)
        language plpgsql volatile as $$
      begin
        perform pg_advisory_xact_lock(hashtextextended('quota of ' || creator, 0));${body}
      end $$`;
