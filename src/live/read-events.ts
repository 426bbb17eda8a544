import DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import type { CompanyEventRow } from '../company/find-companies.ts';
import type { Db } from '../company/tables.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';

/** Reads a company's next events after `version`, at most `pageSize`; rejects while the database is unavailable. */
export type ReadEvents = (id: CompanyId, version: number) => Promise<readonly CompanyEventRow[]>;

export const pageSize = 100;
/** The most companies of one statement. */
const mostAtOnce = 500;

interface Place {
  readonly id: CompanyId;
  readonly version: number;
}

/** What is to be read in the same turn is read in one statement: when Redis is back, every company that is watched is due. */
export function openEventReader(
  db: Db,
  { liveness, log }: { readonly liveness: Liveness; readonly log: Log },
): ReadEvents {
  const loader = new DataLoader(
    async (places: readonly Place[]) => {
      using _read = liveness.watch('event read', turnLimit);
      try {
        return await findNextEvents(db, places);
      } catch (error) {
        log.warn({ companies: places.length, err: String(error) }, 'events could not be read, retrying');
        throw error;
      }
    },
    { cache: false, maxBatchSize: mostAtOnce },
  );
  return (id, version) => loader.load({ id, version });
}

/** The next events at each place, in order. */
async function findNextEvents(db: Db, places: readonly Place[]): Promise<CompanyEventRow[][]> {
  const ids = places.map(({ id }) => id);
  const versions = places.map(({ version }) => version);
  const events = await db
    .selectFrom(
      sql<Place & { place: bigint }>`unnest(${ids}::text[], ${versions}::integer[]) with ordinality`.as<'due'>(
        sql`due (id, version, place)`,
      ),
    )
    .innerJoinLateral(
      (query) =>
        query
          .selectFrom('company_event')
          .selectAll()
          .whereRef('company_id', '=', 'due.id')
          .whereRef('company_event.version', '>', 'due.version')
          .orderBy('company_event.version')
          .limit(pageSize)
          .as('event'),
      (join) => join.onTrue(),
    )
    .selectAll('event')
    .select('due.place')
    .orderBy('due.place')
    .orderBy('event.version')
    .execute();
  const found = places.map((): CompanyEventRow[] => []);
  for (const { place, ...event } of events) found[Number(place) - 1]?.push(event);
  return found;
}
