import { type RawBuilder, sql } from 'kysely';
import { presentLimit, type QuotaLimits } from './quota-limits.ts';
import type { Requester } from './requester.ts';
import type { Db } from './tables.ts';

/** The limits on the companies of one customer or partner. */
export const companyQuotas = ['COMPANIES_PER_DAY', 'COMPANIES_WAITING'] as const;
export type CompanyQuota = (typeof companyQuotas)[number];

type CompanyLimits = Pick<QuotaLimits, 'companiesPerDay' | 'companiesWaiting'>;

/**
 * A partner has their own limits in total, and a customer's for each customer whom they name. In place of their own limits,
 * an owner has those that operators have set for them.
 */
export interface CompanyQuotas {
  readonly customer: CompanyLimits;
  readonly partner: CompanyLimits;
}

/** A quota that is used up. */
export interface QuotaExceeded {
  readonly quota: CompanyQuota;
  readonly limit: number;
  readonly used: number;
  /** When to retry; an estimate where that depends on others. */
  readonly retryAt: Date;
  /** It is the quota of the customer whom a partner names, not the partner's own. */
  readonly perCustomer: boolean;
}

/** What a request would use: one more company today, one more in the queue, or both. */
export interface QuotaUse {
  readonly creates: boolean;
  readonly queues: boolean;
  readonly customerEmail: string;
}

/**
 * The quotas that the use would exceed, as a query for the statement that makes the use. Such statements of one requester
 * wait for each other until their transactions end, so that none of them counts too few.
 * Operators have no quotas.
 */
export function exceededBy(
  requester: Requester,
  { creates, queues, customerEmail }: QuotaUse,
  quotas: CompanyQuotas | undefined,
): RawBuilder<QuotaExceeded> {
  if (!quotas || requester.seesAll) return nothing;
  const exceeded = (customer: string | null, limitOf: (quota: keyof CompanyLimits) => RawBuilder<number>) =>
    sql<QuotaExceeded>`
    select quota, most as "limit", used, retry_at as "retryAt", per_customer as "perCustomer"
    from quota_exceeded(
      ${requester.owner}::text, ${customer}::text,
      ${creates ? limitOf('companiesPerDay') : none}, ${queues ? limitOf('companiesWaiting') : none}
    )`;
  const configured = requester.namesCustomers ? quotas.partner : quotas.customer;
  const own = exceeded(null, (quota) => presentLimit(quota, sql`${requester.owner}`, configured[quota]));
  if (!requester.namesCustomers || customerEmail === requester.email) return own;
  const ofCustomer = exceeded(customerEmail, (quota) => sql`${quotas.customer[quota]}::integer`);
  return sql<QuotaExceeded>`${own} union all ${ofCustomer}`;
}

const none = sql<number>`null::integer`;

const nothing = sql<QuotaExceeded>`select where false`;

/** The first quota that is exceeded by the use, if any. */
export async function findExceeded(db: Db, exceeded: RawBuilder<QuotaExceeded>): Promise<QuotaExceeded | undefined> {
  const { rows } = await exceeded.execute(db);
  return rows[0];
}
