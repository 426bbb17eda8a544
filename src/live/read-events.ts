import DataLoader from 'dataloader';
import type { CompanyId } from '../company/company-id.ts';
import { type CompanyEventRow, findEventsOfMany } from '../company/find-companies.ts';
import type { PageSearch } from '../company/find-pages.ts';
import type { Db } from '../company/tables.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';

/** Reads a company's next events after `version`, at most `pageSize`; rejects while the database is unavailable. */
export type ReadEvents = (id: CompanyId, version: number) => Promise<readonly CompanyEventRow[]>;

export const pageSize = 100;
/** The most companies of one statement. */
const mostAtOnce = 500;

/** What is to be read in the same turn is read in one statement: when Redis is back, every company that is watched is due. */
export function openEventReader(
  db: Db,
  { liveness, log }: { readonly liveness: Liveness; readonly log: Log },
): ReadEvents {
  const loader = new DataLoader(
    async (searches: readonly PageSearch[]) => {
      using _read = liveness.watch('event read', turnLimit);
      try {
        return await findEventsOfMany(db, searches);
      } catch (error) {
        log.warn({ companies: searches.length, err: String(error) }, 'events could not be read, retrying');
        throw error;
      }
    },
    { cache: false, maxBatchSize: mostAtOnce },
  );
  return (id, version) => loader.load({ id, window: { after: version, fromEnd: false, limit: pageSize } });
}
