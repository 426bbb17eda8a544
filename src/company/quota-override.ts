import { defineEntity, p } from '@mikro-orm/core';

/** What operators have set for one owner in place of the configured limits; null where the configuration counts. */
export const QuotaOverrideSchema = defineEntity({
  name: 'QuotaOverride',
  tableName: 'quota_override',
  properties: {
    owner: p.text().primary(),
    requestsPerMinute: p.integer().nullable(),
    companiesPerDay: p.integer().nullable(),
    companiesWaiting: p.integer().nullable(),
    attemptsAtOnce: p.integer().nullable(),
    streams: p.integer().nullable(),
  },
});
