import { type Expression, expressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Window } from './find-companies.ts';
import type { Requester } from './requester.ts';
import type { CompanyStatus } from './status.ts';
import type { CompanyRow, Db, Tables } from './tables.ts';
import { containsText, isIndexed } from './text-search.ts';

export interface CompanySearch {
  readonly statuses?: readonly CompanyStatus[] | undefined;
  /** Found in the company's name, abbreviation, id, site name or admin e-mail, whatever the case. */
  readonly text?: string | undefined;
}

/** How many companies a text is looked for in that the index of texts does not find: the newest. */
export const mostLookedThrough = 10_000;
/** How many companies any other text is looked for in before the index is. */
const nearby = 2_000;

/** The requester's companies, newest first; read from the end of the window, oldest first. */
export async function findCompanies(
  db: Db,
  requester: Requester,
  { statuses, text }: CompanySearch,
  window: Window,
): Promise<CompanyRow[]> {
  const own = requester.seesAll ? [] : [company('created_by', '=', requester.subject)];
  const kinds = statuses && [...new Set(statuses)];
  if (kinds?.length === 0) return [];
  if (!text) return listing(db, own, kinds, window).execute();

  const contains = containsText(text);
  if (!isIndexed(text)) {
    const newest = listing(db, own, kinds, { fromEnd: false, limit: mostLookedThrough });
    return among(db, newest, [contains, ...boundsOf(window)], window).execute();
  }
  // A frequent text is found nearby, where it costs little; the index would find all that contain it, to be sorted then.
  const near = await among(db, listing(db, own, kinds, { ...window, limit: nearby }), [contains], window).execute();
  if (near.length === window.limit) return near;
  return db
    .with(
      // Looked for by itself, so that PostgreSQL does not hope to meet it soon among all companies, newest first.
      (found) => found('found').materialized(),
      (query) =>
        query
          .selectFrom('company')
          .select('position')
          .where(company.and([contains, ...own, ...(kinds ? [isOneOf(kinds)] : []), ...boundsOf(window)])),
    )
    .selectFrom('company')
    .selectAll()
    .where('position', 'in', (query) =>
      query.selectFrom('found').select('found.position').orderBy('found.position', orderOf(window)).limit(window.limit),
    )
    .orderBy('position', orderOf(window))
    .execute();
}

type Companies = SelectQueryBuilder<Tables, 'company', CompanyRow>;
type Conditions = readonly Expression<SqlBool>[];

const company = expressionBuilder<Tables, 'company'>();

const isOneOf = (statuses: readonly CompanyStatus[]): Expression<SqlBool> =>
  company('status', '=', sql<CompanyStatus>`any(${[...statuses]})`);

const boundsOf = ({ after, before }: Window): Conditions => [
  ...(after === undefined ? [] : [company('position', '<', BigInt(after))]),
  ...(before === undefined ? [] : [company('position', '>', BigInt(before))]),
];

const orderOf = ({ fromEnd }: Window): 'asc' | 'desc' => (fromEnd ? 'asc' : 'desc');

/** A page of the companies with these statuses, read from an index: for several statuses one listing of each is merged. */
function listing(
  db: Db,
  conditions: Conditions,
  statuses: readonly CompanyStatus[] | undefined,
  window: Window,
): Companies {
  const all = [...conditions, ...boundsOf(window)];
  const companies = db.selectFrom('company').selectAll();
  if (!statuses) return page(companies.where(company.and(all)), window);
  const [first, ...others] = statuses.map((status) =>
    page(companies.where(company.and([company('status', '=', status), ...all])), window),
  );
  if (!first) throw new Error('There is a status to list.');
  if (others.length === 0) return first;
  return among(db, sql`(${sql.join([first, ...others], sql` union all `)})`, [], window);
}

/** A page of the rows of a query that are as the conditions say. */
const among = (db: Db, rows: Expression<unknown>, conditions: Conditions, window: Window): Companies =>
  page(
    db.selectFrom(sql<CompanyRow>`${rows}`.as<'company'>('company')).selectAll().where(company.and(conditions)),
    window,
  );

const page = (companies: Companies, window: Window): Companies =>
  companies.orderBy('position', orderOf(window)).limit(window.limit);
