import type { Selectable } from 'kysely';
import type { CompanyId } from './company-id.ts';
import { findPages, type PageSearch } from './find-pages.ts';
import type { Db, Tables } from './tables.ts';

export type LogLineRow = Selectable<Tables['log_line']>;

/** The lines of the log that each of the searches wants, oldest first, or newest first from the end of its window. */
export const findLogLines = (db: Db, searches: readonly PageSearch[]): Promise<LogLineRow[][]> =>
  findPages(db, { table: 'log_line', number: 'number' }, searches);

/** The number of the newest line of a company's log; 0 without any. */
export async function newestLogLine(db: Db, id: CompanyId): Promise<number> {
  const newest = await db
    .selectFrom('log_line')
    .select('number')
    .where('company_id', '=', id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest?.number ?? 0;
}
