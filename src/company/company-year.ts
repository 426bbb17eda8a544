import { defineEntity, p } from '@mikro-orm/core';

/** Where a year's numbers begin in the one sequence that numbers all companies; the year's first company writes it down. */
export const CompanyYearSchema = defineEntity({
  name: 'CompanyYear',
  tableName: 'company_year',
  properties: {
    year: p.integer().primary().autoincrement(false),
    /** What the sequence had given out when the year began. */
    numbersBefore: p.bigint(),
  },
});
