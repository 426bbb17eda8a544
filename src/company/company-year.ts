import { defineEntity, p } from '@mikro-orm/core';

/** Where a year's numbers begin in the one sequence that numbers all companies; recorded by the year's first company. */
export const CompanyYearSchema = defineEntity({
  name: 'CompanyYear',
  tableName: 'company_year',
  properties: {
    year: p.integer().primary().autoincrement(false),
    /** The sequence's last value when the year began. */
    numbersBefore: p.bigint(),
  },
});
