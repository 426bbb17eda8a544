import { type RawBuilder, sql } from 'kysely';
import type { Requester } from './requester.ts';
import type { Db } from './tables.ts';

/** The limits on the companies of one customer or partner. */
export const companyQuotas = ['COMPANIES_PER_DAY', 'COMPANIES_WAITING'] as const;
export type CompanyQuota = (typeof companyQuotas)[number];

export interface CompanyLimits {
  /** Companies created within 24 hours, including drafts. */
  readonly perDay: number;
  /** Companies that are queued at once. */
  readonly waiting: number;
}

/** A partner has their own limits in total, and a customer's for each customer whom they name. */
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
  const exceeded = (customer: string | null, { perDay, waiting }: CompanyLimits) => sql<QuotaExceeded>`
    select quota, most as "limit", used, retry_at as "retryAt", per_customer as "perCustomer"
    from quota_exceeded(
      ${requester.owner}::text, ${customer}::text, ${creates ? perDay : null}::integer, ${queues ? waiting : null}::integer
    )`;
  if (!requester.namesCustomers) return exceeded(null, quotas.customer);
  const own = exceeded(null, quotas.partner);
  return customerEmail === requester.email
    ? own
    : sql<QuotaExceeded>`${own} union all ${exceeded(customerEmail, quotas.customer)}`;
}

const nothing = sql<QuotaExceeded>`select where false`;

/** The first quota that is exceeded by the use, if any. */
export async function findExceeded(db: Db, exceeded: RawBuilder<QuotaExceeded>): Promise<QuotaExceeded | undefined> {
  const { rows } = await exceeded.execute(db);
  return rows[0];
}
