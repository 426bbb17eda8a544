import { type RawBuilder, sql } from 'kysely';
import type { Requester } from './requester.ts';
import type { Db } from './tables.ts';

/** What the companies of one customer or partner are bounded by. */
export const companyQuotas = ['COMPANIES_PER_DAY', 'COMPANIES_WAITING'] as const;
export type CompanyQuota = (typeof companyQuotas)[number];

export interface CompanyLimits {
  /** Companies that were created within 24 hours, drafts among them. */
  readonly perDay: number;
  /** Companies that are queued at once. */
  readonly waiting: number;
}

/** A partner is bounded in all by their own limits, and for each customer whom they name by a customer's. */
export interface CompanyQuotas {
  readonly customer: CompanyLimits;
  readonly partner: CompanyLimits;
}

/** A quota that is used up. */
export interface QuotaExceeded {
  readonly quota: CompanyQuota;
  readonly limit: number;
  readonly used: number;
  /** When there is room again; a guess where that depends on others. */
  readonly retryAt: Date;
  /** It is the quota of the customer whom a partner names, and not the partner's own. */
  readonly perCustomer: boolean;
}

/** What is about to be done: a company more today, a company more in the queue, or both. */
export interface QuotaUse {
  readonly creates: boolean;
  readonly queues: boolean;
  readonly customerEmail: string;
}

/**
 * The quotas that the use would exceed, as a query: to be a part of the statement that makes use of them. Those that
 * are asked for one requester wait for each other until their transactions end, so that none of them counts too few.
 * Nothing bounds operators.
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
      ${requester.subject}::text, ${customer}::text, ${creates ? perDay : null}::integer, ${queues ? waiting : null}::integer
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
