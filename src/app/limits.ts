import type { DefaultLimits, QuotaLimits } from '../company/quota-limits.ts';
import type { Db } from '../company/tables.ts';
import type { Config } from '../config/variables.ts';
import { openViewerLimits, type ViewerLimits } from '../http/viewer-limits.ts';
import { type Log, logOnChange } from '../observability/log.ts';
import { openKnownOverrides } from '../quotas/known-overrides.ts';
import { openRequestCounts } from '../quotas/request-counts.ts';
import { openSharedCounts } from '../quotas/shared-counts.ts';
import type { RedisServer } from '../redis/redis-server.ts';

export interface Limits {
  readonly configured: DefaultLimits;
  /** On requests and streams, as they are at present. */
  readonly viewers: ViewerLimits;
  close(): void;
}

/** The limits of customers and partners: as operators have set them for an owner, otherwise as configured. Operators have none. */
export function openLimits(config: Config, { db, redis, log }: { db: Db; redis: RedisServer; log: Log }): Limits {
  const configured = configuredLimits(config);
  const unread = logOnChange((err) => log.warn({ err }, 'could not read the limits that operators have set'));
  const overrides = openKnownOverrides(db, ({ message }) => unread(message));
  const unshared = logOnChange((err) => log.warn({ err }, 'requests are counted by each process alone'));
  const { addUp, close } = openSharedCounts(redis);
  const viewers = openViewerLimits(
    ({ owner, seesAll, namesCustomers }, quota) =>
      seesAll
        ? undefined
        : (overrides.of(owner)[quota] ?? (namesCustomers ? configured.partner : configured.customer)[quota]),
    openRequestCounts(addUp, ({ message }) => unshared(message)),
  );
  return { configured, viewers, close };
}

function configuredLimits(config: Config): DefaultLimits {
  const limitsOf = (role: 'CUSTOMER' | 'PARTNER'): QuotaLimits => ({
    requestsPerMinute: config[`${role}_REQUESTS_PER_MINUTE`],
    companiesPerDay: config[`${role}_COMPANIES_PER_DAY`],
    companiesWaiting: config[`${role}_COMPANIES_WAITING`],
    attemptsAtOnce: config.ATTEMPTS_AT_ONCE,
    streams: config[`${role}_STREAMS`],
  });
  return { customer: limitsOf('CUSTOMER'), partner: limitsOf('PARTNER') };
}
