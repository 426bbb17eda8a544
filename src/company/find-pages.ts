import { sql } from 'kysely';
import type { CompanyId } from './company-id.ts';
import type { Db, Tables } from './tables.ts';

/** A window of a listing in the listing's order: exclusive bounds, and from which end it is read. */
export interface Window {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly fromEnd: boolean;
  readonly limit: number;
}

/** Which rows of which company. */
export interface PageSearch {
  readonly id: CompanyId;
  readonly window: Window;
}

/** A table with rows of companies, which a number orders: the second column of its key. */
export interface Numbered {
  readonly table: keyof Tables;
  readonly number: string;
}

/**
 * The rows that each of the searches wants, in their order: by one statement for each direction that they have. Read from the
 * end of the window, the newest comes first.
 */
export async function findPages<Row>(
  db: Db,
  { table, number }: Numbered,
  searches: readonly PageSearch[],
): Promise<Row[][]> {
  const found = searches.map((): Row[] => []);
  const placed = searches.map((search, place) => ({ ...search, place }));
  for (const fromEnd of [false, true]) {
    const same = placed.filter(({ window }) => window.fromEnd === fromEnd);
    if (same.length === 0) continue;
    const column = sql.ref(number);
    const { rows } = await sql<Row & { readonly search_place: number }>`
      select listed.*, wanted.place as search_place
      from unnest(
        ${same.map(({ place }) => place)}::int[],
        ${same.map(({ id }) => id)}::text[],
        ${same.map(({ window }) => window.after ?? 0)}::int[],
        ${same.map(({ window }) => window.before ?? largestInteger)}::int[],
        ${same.map(({ window }) => window.limit)}::int[]
      ) as wanted (place, id, after, before, most)
      cross join lateral (
        select * from ${sql.table(table)}
        where company_id = wanted.id and ${column} > wanted.after and ${column} < wanted.before
        order by ${column} ${sql.raw(fromEnd ? 'desc' : 'asc')}
        limit wanted.most
      ) as listed`.execute(db);
    for (const { search_place: place, ...row } of rows) found[place]?.push(row as Row);
  }
  return found;
}

/** Above every number. */
const largestInteger = 2_147_483_647;
