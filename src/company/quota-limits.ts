import { type RawBuilder, sql } from 'kysely';

/** What is limited for each owner, with the column of `quota_override` that has an owner's own limit. */
export const quotaColumns = {
  requestsPerMinute: 'requests_per_minute',
  /** Companies created within 24 hours, including drafts. */
  companiesPerDay: 'companies_per_day',
  /** Companies that are queued at once. */
  companiesWaiting: 'companies_waiting',
  /** Companies that are provisioned at once. */
  attemptsAtOnce: 'attempts_at_once',
  /** Streams that are open at once, in each process. */
  streams: 'streams',
} as const;

export type Quota = keyof typeof quotaColumns;
export type QuotaLimits = Readonly<Record<Quota, number>>;

export const quotas = Object.keys(quotaColumns) as readonly Quota[]; // it has these alone

/** The configured limits, which count where operators have set no others. */
export interface DefaultLimits {
  readonly customer: QuotaLimits;
  readonly partner: QuotaLimits;
}

/** The owner's limit as it is at this moment, as a part of the statement that keeps within it. */
export const presentLimit = (quota: Quota, owner: RawBuilder<unknown>, configured: number): RawBuilder<number> =>
  sql`coalesce((select ${sql.ref(quotaColumns[quota])} from quota_override where owner = ${owner}), ${configured}::integer)`;
