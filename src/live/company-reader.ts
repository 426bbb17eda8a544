import DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { Requester } from '../company/requester.ts';
import type { CompanyColumn, CompanyRow, Db } from '../company/tables.ts';
import { isVisibleTo } from '../company/visibility.ts';

/**
 * Reads companies one by one; those that are read in one turn of the event loop, by any requests, cost one statement. Where
 * `columns` are given, the row may lack the others.
 */
export interface CompanyReader {
  /** The company as it is now; undefined when it does not exist or exists for others only. */
  find(requester: Requester, id: CompanyId, columns?: Columns): Promise<CompanyRow | undefined>;
  /** The company as it is now, for any requester; undefined when it does not exist. */
  get(id: CompanyId, columns?: Columns): Promise<CompanyRow | undefined>;
}

/** Undefined for all of them. */
type Columns = readonly CompanyColumn[] | undefined;

interface Wanted {
  readonly id: CompanyId;
  readonly columns: Columns;
}

/** The most companies of one statement. */
const mostAtOnce = 500;

export function openCompanyReader(db: Db): CompanyReader {
  const companies = new DataLoader((wanted: readonly Wanted[]) => findWanted(db, wanted), {
    cache: false,
    maxBatchSize: mostAtOnce,
    // By then every request that has arrived by now has been looked at.
    batchScheduleFn: setImmediate,
  });
  return {
    async find(requester, id, columns) {
      const company = await companies.load({ id, columns });
      return company && isVisibleTo(requester, company) ? company : undefined;
    },
    get: (id, columns) => companies.load({ id, columns }),
  };
}

async function findWanted(db: Db, wanted: readonly Wanted[]): Promise<(CompanyRow | undefined)[]> {
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const columns = allOf(wanted);
  const found = await db
    .selectFrom('company')
    .where('id', '=', sql<CompanyId>`any(${ids})`)
    .$call((rows) => (columns ? rows.select(columns) : rows.selectAll()))
    .execute();
  const byId = new Map(found.map((company) => [company.id, company]));
  return wanted.map(({ id }) => byId.get(id));
}

/** The columns that any of them wants; undefined when one wants them all. */
function allOf(wanted: readonly Wanted[]): CompanyColumn[] | undefined {
  const all = new Set<CompanyColumn>();
  for (const { columns } of wanted) {
    if (!columns) return undefined;
    for (const column of columns) all.add(column);
  }
  return [...all].toSorted();
}
