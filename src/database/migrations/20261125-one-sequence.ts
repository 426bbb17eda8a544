import { Migration } from '@mikro-orm/migrations';
import { nextCompanyIdOfItsYear } from './20261122-create-company.ts';

/**
 * One sequence numbers the companies of all years, instead of a sequence that the first company of each year creates:
 * the role that serves requests need not create anything. Each year's numbers go on where they were.
 */
export class OneSequence extends Migration {
  override name = '20261125-one-sequence';

  override up(): void {
    this.addSql('create sequence company_number');
    this.addSql(
      'create table "company_year" ("year" int not null, "numbers_before" bigint not null, primary key ("year"))',
    );
    // Nobody draws a number from here on.
    this.addSql('lock table company in share row exclusive mode');
    this.addSql(`
      do $$
      declare
        counter text;
        given bigint := 0;
      begin
        for counter in
          select relname from pg_class
          where relkind = 'S' and relnamespace = current_schema()::regnamespace and relname ~ '^company_number_\\d{4}$'
          order by relname
        loop
          execute format('select last_value - (not is_called)::int from %I', counter) into given;
          insert into company_year values (right(counter, 4)::int, -given);
          execute format('drop sequence %I', counter);
        end loop;
        update company_year set numbers_before = numbers_before + given;
        perform setval('company_number', greatest(given, 1), given > 0);
      end
      $$`);
    this.addSql(`
      create or replace function next_company_id() returns text language plpgsql as $$
      declare
        this_year int := extract(year from now() at time zone 'utc');
        number bigint := nextval('company_number');
        before bigint;
        in_year text;
      begin
        loop
          select numbers_before into before from company_year where year = this_year;
          exit when number > before;
          if before is null then
            -- The first company of a year; of several at once the others see what one of them wrote.
            insert into company_year values (this_year, number - 1) on conflict do nothing;
          else
            number := nextval('company_number');
          end if;
        end loop;
        in_year := (number - before)::text;
        return 'COMP-' || this_year || '-' || lpad(in_year, greatest(5, length(in_year)), '0');
      end
      $$`);
  }

  override down(): void {
    this.addSql(`
      do $$
      declare
        given bigint := (select last_value - (not is_called)::int from company_number);
        years record;
      begin
        for years in select 'company_number_' || year as counter, given - numbers_before as used from company_year loop
          execute format('create sequence %I', years.counter);
          perform setval(years.counter, greatest(years.used, 1), years.used > 0);
        end loop;
      end
      $$`);
    this.addSql(nextCompanyIdOfItsYear);
    this.addSql('drop table "company_year"');
    this.addSql('drop sequence company_number');
  }
}
