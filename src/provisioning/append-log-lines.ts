import { sql } from 'kysely';
import type { Db } from '../company/tables.ts';
import type { Claim } from './lease.ts';

/** A line as it is kept. */
export interface LogLine {
  readonly step: string;
  readonly text: string;
}

/** How many lines a company keeps: the newest. */
export const mostKept = 5_000;

/**
 * Appends lines after the one with the number `after`, by one statement, which may be repeated when its answer was lost. Resolves
 * to false, and nothing is written, once the claim's token is stale or the attempt has ended.
 */
export async function appendLogLines(
  db: Db,
  { company, fencingToken }: Pick<Claim, 'company' | 'fencingToken'>,
  after: number,
  lines: readonly LogLine[],
): Promise<boolean> {
  const { rows } = await sql`
    with owned as (
      select id, attempt from company
      where id = ${company.id} and fencing_token = ${fencingToken}::int and status = 'PROVISIONING'
      for share
    ),
    written as (
      insert into log_line (company_id, number, attempt, step, text)
      select owned.id, ${after}::int + printed.place, owned.attempt, printed.step, printed.text
      from owned, unnest(${lines.map(({ step }) => step)}::text[], ${lines.map(({ text }) => text)}::text[])
        with ordinality as printed (step, text, place)
      on conflict do nothing
    ),
    forgotten as (
      delete from log_line using owned
      where company_id = owned.id and number <= ${after + lines.length - mostKept}::int
    )
    select from owned`.execute(db);
  return rows.length > 0;
}
