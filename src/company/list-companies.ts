import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import type { Window } from './find-companies.ts';
import type { Requester } from './requester.ts';
import type { CompanyStatus } from './status.ts';
import type { CompanyRow, Db, Tables } from './tables.ts';
import { containsText, isIndexed } from './text-search.ts';
import { visibleTo } from './visibility.ts';

export interface CompanySearch {
  readonly statuses?: readonly CompanyStatus[] | undefined;
  /** Found in the company's name, abbreviation, id, site name or admin e-mail, whatever the case. */
  readonly text?: string | undefined;
}

/** How many companies a text is looked for in that the index of texts does not find: the newest. */
export const mostLookedThrough = 10_000;
/** How many companies any other text is looked for in before the index is. */
const nearby = 1_000;

/** The requester's companies, newest first; read from the end of the window, oldest first. */
export async function findCompanies(
  db: Db,
  requester: Requester,
  { statuses, text }: CompanySearch,
  window: Window,
): Promise<CompanyRow[]> {
  const own = visibleTo(requester).flat();
  const kinds = statuses && [...new Set(statuses)];
  if (kinds?.length === 0) return [];
  if (!text) return companiesAt(db, listing(db, own, kinds, window), [], window).execute();

  const contains = containsText(text);
  if (!isIndexed(text)) {
    const newest = listing(db, own, kinds, { fromEnd: false, limit: mostLookedThrough });
    return companiesAt(db, newest, [contains, ...boundsOf(window)], window).execute();
  }
  // A frequent text is found nearby, where it costs little; the index would find all that contain it, to be sorted then.
  const near = listing(db, own, kinds, { ...window, limit: nearby });
  const found = await companiesAt(db, near, [contains], window).execute();
  if (found.length === window.limit) return found;
  const isOneOf = kinds ? [company('status', '=', sql<CompanyStatus>`any(${kinds})`)] : [];
  const containing = db
    // Looked for by itself, so that PostgreSQL does not hope to meet it soon among all companies, newest first.
    .with(
      (name) => name('found').materialized(),
      (query) =>
        query
          .selectFrom('company')
          .select('position')
          .where(company.and([contains, ...own, ...isOneOf, ...boundsOf(window)])),
    )
    .selectFrom('found')
    .selectAll()
    .orderBy('position', orderOf(window))
    .limit(window.limit);
  return companiesAt(db, containing, [], window).execute();
}

type Conditions = readonly Expression<SqlBool>[];
type Positions = Expression<Pick<CompanyRow, 'position'>>;

const company = expressionBuilder<Tables, 'company'>();

const boundsOf = ({ after, before }: Window): Conditions => [
  ...(after === undefined ? [] : [company('position', '<', BigInt(after))]),
  ...(before === undefined ? [] : [company('position', '>', BigInt(before))]),
];

const orderOf = ({ fromEnd }: Window): 'asc' | 'desc' => (fromEnd ? 'asc' : 'desc');

/** The positions of a page of companies, as an index has them in order; for several statuses a page of each is merged. */
function listing(
  db: Db,
  conditions: Conditions,
  statuses: readonly CompanyStatus[] | undefined,
  window: Window,
): Positions {
  const page = (...more: Conditions): Positions =>
    db
      .selectFrom('company')
      .select('position')
      .where(company.and([...more, ...conditions, ...boundsOf(window)]))
      .orderBy('position', orderOf(window))
      .limit(window.limit);
  const [first, ...others] = (statuses ?? []).map((status) => page(company('status', '=', status)));
  if (!first) return page();
  if (others.length === 0) return first;
  const pages = [first, ...others].map((each) => sql`(${each})`);
  return sql`(${sql.join(pages, sql` union all `)} order by position ${sql.raw(orderOf(window))} limit ${window.limit})`;
}

/** The companies at these positions that are as the conditions say, one after the other until there is a page of them. */
const companiesAt = (db: Db, positions: Positions, conditions: Conditions, window: Window) =>
  db
    .selectFrom(sql<Pick<CompanyRow, 'position'>>`${positions}`.as<'listed'>('listed'))
    .innerJoinLateral(
      // The limit keeps PostgreSQL from reading all companies, to join them with many positions.
      (query) =>
        query
          .selectFrom('company')
          .selectAll()
          .whereRef('company.position', '=', 'listed.position')
          .where(company.and(conditions))
          .limit(1)
          .as('company'),
      (join) => join.onTrue(),
    )
    .selectAll('company')
    .orderBy('listed.position', orderOf(window))
    .limit(window.limit);
