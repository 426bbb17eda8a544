import DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { Requester } from '../company/requester.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import { isVisibleTo } from '../company/visibility.ts';

/** Reads companies one by one; those that are read in one turn of the event loop, by any requests, cost one statement. */
export interface CompanyReader {
  /** The company as it is now; undefined when it does not exist or exists for others only. */
  find(requester: Requester, id: CompanyId): Promise<CompanyRow | undefined>;
  /** The company as it is now, for any requester; undefined when it does not exist. */
  get(id: CompanyId): Promise<CompanyRow | undefined>;
}

/** The most companies of one statement. */
const mostAtOnce = 500;

export function openCompanyReader(db: Db): CompanyReader {
  const companies = new DataLoader((ids: readonly CompanyId[]) => findCompaniesById(db, ids), {
    cache: false,
    maxBatchSize: mostAtOnce,
    // By then every request that has arrived by now has been looked at.
    batchScheduleFn: setImmediate,
  });
  return {
    async find(requester, id) {
      const company = await companies.load(id);
      return company && isVisibleTo(requester, company) ? company : undefined;
    },
    get: (id) => companies.load(id),
  };
}

async function findCompaniesById(db: Db, ids: readonly CompanyId[]): Promise<(CompanyRow | undefined)[]> {
  const found = await db
    .selectFrom('company')
    .selectAll()
    .where('id', '=', sql<CompanyId>`any(${[...new Set(ids)]})`)
    .execute();
  const byId = new Map(found.map((company) => [company.id, company]));
  return ids.map((id) => byId.get(id));
}
