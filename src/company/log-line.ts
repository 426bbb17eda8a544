import { defineEntity, p } from '@mikro-orm/core';
import type { CompanyId } from './company-id.ts';

/** One line that a company's site host printed in an attempt. */
export const LogLineSchema = defineEntity({
  name: 'LogLine',
  tableName: 'log_line',
  properties: {
    companyId: p.text().primary().$type<CompanyId>(),
    /** 1, 2, 3 … over all attempts of the company. */
    number: p.integer().primary(),
    attempt: p.integer(),
    /** The name of the step that printed it. */
    step: p.text(),
    /** Without secrets, control characters and what a longer line has beyond the bound. */
    text: p.text(),
    writtenAt: p.datetime(3).defaultRaw('now()'),
  },
});
