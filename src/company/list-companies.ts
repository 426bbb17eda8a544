import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import type { Window } from './find-pages.ts';
import type { Requester } from './requester.ts';
import { type CompanyStatus, companyStatuses } from './status.ts';
import type { CompanyColumn, CompanyRow, Db, Tables } from './tables.ts';
import { containsText, isIndexed } from './text-search.ts';
import { ownBy, visibleTo } from './visibility.ts';

export interface CompanySearch {
  readonly statuses?: readonly CompanyStatus[] | undefined;
  /** Found in the company's name, abbreviation, id, site name or admin e-mail, whatever the case. */
  readonly text?: string | undefined;
  /** In normal form. */
  readonly customerEmail?: string | undefined;
  readonly externalReference?: string | undefined;
  /** Of the requester themselves. */
  readonly idempotencyKey?: string | undefined;
  /** Created at this moment or later. */
  readonly createdAfter?: Date | undefined;
  /** Created earlier than at this moment. */
  readonly createdBefore?: Date | undefined;
}

/** How many companies are looked through for what no index finds, and counted: the newest. */
export const mostLookedThrough = 10_000;
/** How many companies a text is looked for in before the index of texts is. */
const nearby = 1_000;

/** The requester's companies, newest first; read from the end of the window, oldest first. Where `columns` are given, the rows lack the others. */
export async function findCompanies(
  db: Db,
  requester: Requester,
  search: CompanySearch,
  window: Window,
  columns?: readonly CompanyColumn[],
): Promise<CompanyRow[]> {
  const ranges = rangesOf(db, requester, search);
  const rest = restOf(search);
  if (rest.length === 0) return companiesAt(db, listing(db, ranges, window), [], window, columns).execute();

  const { text } = search;
  if (!text || !isIndexed(text) || isNamed(search)) {
    const newest = listing(db, ranges, { fromEnd: false, limit: mostLookedThrough });
    return companiesAt(db, newest, [...rest, ...boundsOf(window)], window, columns).execute();
  }
  // A frequent text is found nearby, where it costs little; the index would find all that contain it, to be sorted then.
  const near = listing(db, ranges, { ...window, limit: nearby });
  const found = await companiesAt(db, near, rest, window, columns).execute();
  if (found.length === window.limit) return found;
  const isInRange = company.or(ranges.each.map((conditions) => company.and(conditions)));
  const containing = db
    // Looked for by itself, so that PostgreSQL does not hope to meet it soon among all companies, newest first.
    .with(
      (name) => name('found').materialized(),
      (query) =>
        query
          .selectFrom('company')
          .select('position')
          .where(company.and([...rest, isInRange, ...boundsOf(window)])),
    )
    .selectFrom('found')
    .selectAll()
    .orderBy('position', orderOf(window))
    .limit(window.limit);
  return companiesAt(db, containing, [], window, columns).execute();
}

/** How many companies a search finds, and whether there are no more than are counted. */
export interface CompanyCount {
  readonly count: number;
  readonly isExact: boolean;
}

/** Counts what `findCompanies` finds among the newest companies: all of them where there are not more than are looked through. */
export async function countCompanies(db: Db, requester: Requester, search: CompanySearch): Promise<CompanyCount> {
  const newest = listing(db, rangesOf(db, requester, search), { fromEnd: false, limit: mostLookedThrough + 1 });
  const rest = restOf(search);
  const counted =
    rest.length === 0
      ? db.selectFrom(listedAt(newest)).select(sql<number>`count(*)::int`.as('matching'))
      : db
          .selectFrom(listedAt(newest))
          .leftJoinLateral(companyAt(db, rest), (join) => join.onTrue())
          .select(sql<number>`count(company.id)::int`.as('matching'));
  const { listed, matching } = await counted.select(sql<number>`count(*)::int`.as('listed')).executeTakeFirstOrThrow();
  return { count: Math.min(matching, mostLookedThrough), isExact: listed <= mostLookedThrough };
}

type Conditions = readonly Expression<SqlBool>[];
type Positions = Expression<Pick<CompanyRow, 'position'>>;

const company = expressionBuilder<Tables, 'company'>();

const isNamed = ({ idempotencyKey, externalReference, customerEmail }: CompanySearch): boolean =>
  (idempotencyKey ?? externalReference ?? customerEmail) !== undefined;

/** What lists companies in order: an index has each of the ranges. */
interface Ranges {
  readonly each: readonly Conditions[];
  /** A company may be in more than one. */
  readonly overlap: boolean;
}

/** The indexes for references and customers go by status. */
function rangesOf(db: Db, requester: Requester, search: CompanySearch): Ranges {
  const { idempotencyKey, externalReference, customerEmail, statuses } = search;
  const hasReference = equals('external_reference', externalReference);
  const hasCustomer = equals('customer_email', customerEmail);
  let listed: readonly Conditions[];
  if (idempotencyKey !== undefined) {
    const isKey = [company('created_by', '=', requester.owner), ...equals('idempotency_key', idempotencyKey)];
    listed = [[...isKey, ...hasReference, ...hasCustomer]];
  } else if (externalReference !== undefined) listed = [[...ownBy(requester), ...hasReference]];
  else listed = visibleTo(requester).map((visible) => [...visible, ...hasCustomer]);

  const within = createdWithin(db, search);
  const kinds = statuses ?? (isNamed(search) || listed.length > 1 ? companyStatuses : undefined);
  const hasKind = kinds ? [...new Set(kinds)].map((kind) => [company('status', '=', kind)]) : [[]];
  return {
    each: listed.flatMap((conditions) => hasKind.map((kind) => [...kind, ...conditions, ...within])),
    overlap: listed.length > 1,
  };
}

/** What is looked for in the ranges, one company after the other. */
const restOf = ({ idempotencyKey, externalReference, customerEmail, text }: CompanySearch): Conditions => [
  ...(text ? [containsText(text)] : []),
  ...(idempotencyKey === undefined && externalReference !== undefined ? equals('customer_email', customerEmail) : []),
];

const equals = (
  column: 'customer_email' | 'external_reference' | 'idempotency_key',
  value: string | undefined,
): Conditions => (value === undefined ? [] : [company(column, '=', value)]);

/**
 * Positions rise with time, except for companies that are created side by side: the time is compared itself, and the hundred companies at each end say
 * where in a range to begin and to stop.
 */
function createdWithin(db: Db, { createdAfter, createdBefore }: CompanySearch): Conditions {
  const end = (operator: '>=' | '<', time: Date) =>
    db
      .selectFrom('company')
      .select('position')
      .where('created_at', operator, time)
      .orderBy('created_at', operator === '<' ? 'desc' : 'asc')
      .limit(100)
      .as('end');
  return [
    ...(createdAfter === undefined
      ? []
      : [
          company('created_at', '>=', createdAfter),
          sql<SqlBool>`position >= (select min(position) from ${end('>=', createdAfter)})`,
        ]),
    ...(createdBefore === undefined
      ? []
      : [
          company('created_at', '<', createdBefore),
          sql<SqlBool>`position <= (select max(position) from ${end('<', createdBefore)})`,
        ]),
  ];
}

const boundsOf = ({ after, before }: Window): Conditions => [
  ...(after === undefined ? [] : [company('position', '<', BigInt(after))]),
  ...(before === undefined ? [] : [company('position', '>', BigInt(before))]),
];

const orderOf = ({ fromEnd }: Window): 'asc' | 'desc' => (fromEnd ? 'asc' : 'desc');

/** The positions of a page of companies, as an index has them in order; a page of each range is merged. */
function listing(db: Db, { each, overlap }: Ranges, window: Window): Positions {
  const [first, ...others] = each.map(
    (conditions): Positions =>
      db
        .selectFrom('company')
        .select('position')
        .where(company.and([...conditions, ...boundsOf(window)]))
        .orderBy('position', orderOf(window))
        .limit(window.limit),
  );
  if (!first) return sql`(select position from company where false)`;
  if (others.length === 0) return first;
  const pages = [first, ...others].map((page) => sql`(${page})`);
  return sql`(${sql.join(pages, overlap ? sql` union ` : sql` union all `)} order by position ${sql.raw(orderOf(window))} limit ${window.limit})`;
}

const listedAt = (positions: Positions) => sql<Pick<CompanyRow, 'position'>>`${positions}`.as<'listed'>('listed');

/** The company of a listed position, if it is as the conditions say. The limit keeps PostgreSQL from reading all companies, to join them with many positions. */
const companyAt = (db: Db, conditions: Conditions, columns?: readonly CompanyColumn[]) =>
  db
    .selectFrom('company')
    .where(sql<SqlBool>`company.position = listed.position`)
    .where(company.and(conditions))
    .limit(1)
    .$call((rows) => (columns ? rows.select(columns) : rows.selectAll()))
    .as('company');

/** The companies at these positions that are as the conditions say, one after the other until there is a page of them. */
const companiesAt = (
  db: Db,
  positions: Positions,
  conditions: Conditions,
  window: Window,
  columns: readonly CompanyColumn[] | undefined,
) =>
  db
    .selectFrom(listedAt(positions))
    .innerJoinLateral(companyAt(db, conditions, columns), (join) => join.onTrue())
    .selectAll('company')
    .orderBy('listed.position', orderOf(window))
    .limit(window.limit);
