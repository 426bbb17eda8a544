import { sql } from 'kysely';
import { type Act, recordOf } from '../company/act.ts';
import { type Quota, type QuotaLimits, quotaColumns, quotas } from '../company/quota-limits.ts';
import { describeOwner } from '../company/requester.ts';
import type { Db } from '../company/tables.ts';

/** The limits that operators have set for one owner. */
export type Overrides = Readonly<Partial<QuotaLimits>>;

/** Sets limits of an owner; null returns to the configured one, and what is left out stays. */
export async function overrideQuotas(
  db: Db,
  owner: string,
  changes: Readonly<Partial<Record<Quota, number | null>>>,
  act?: Act,
): Promise<void> {
  const columns = quotas.flatMap((quota) => {
    const limit = changes[quota];
    return limit === undefined ? [] : [[quotaColumns[quota], limit] as const];
  });
  const row = { owner, ...Object.fromEntries(columns) };
  await db
    .with('changed', (query) =>
      query
        .insertInto('quota_override')
        .values(row)
        .onConflict((conflict) => conflict.column('owner').doUpdateSet(row))
        .returning([sql`${describeOwner(owner)}::text`.as('whose'), sql<null>`null::text`.as('company')]),
    )
    .with('recorded', () => recordOf(act, 'changed', { id: 'company', target: 'whose' }))
    .selectFrom('changed')
    .select('whose')
    .executeTakeFirstOrThrow();
  act?.wasRecorded();
}

/** The limits of these owners, of each for whom there are any. */
export async function findOverrides(db: Db, owners: readonly string[]): Promise<ReadonlyMap<string, Overrides>> {
  const rows = await db
    .selectFrom('quota_override')
    .selectAll()
    .where('owner', '=', sql<string>`any(${owners})`)
    .execute();
  return new Map(
    rows.map((row) => [
      row.owner,
      Object.fromEntries(
        quotas.flatMap((quota) => (row[quotaColumns[quota]] === null ? [] : [[quota, row[quotaColumns[quota]]]])),
      ),
    ]),
  );
}

/** What an owner uses, as far as PostgreSQL counts it. */
export type UsedCompanies = Readonly<Record<'companiesPerDay' | 'companiesWaiting' | 'attemptsAtOnce', number>>;

export async function countCompaniesOf(db: Db, owner: string): Promise<UsedCompanies> {
  const countWhere = (condition: string) =>
    sql<number>`(select count(*)::int from company where created_by = ${owner} and ${sql.raw(condition)})`;
  return db
    .selectNoFrom([
      countWhere(`created_at > now() - interval '1 day'`).as('companiesPerDay'),
      countWhere(`status = 'QUEUED'`).as('companiesWaiting'),
      countWhere(`status = 'PROVISIONING'`).as('attemptsAtOnce'),
    ])
    .executeTakeFirstOrThrow();
}
