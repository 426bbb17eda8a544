import { defineEntity, p } from '@mikro-orm/core';

/** The fault of our own account at the mail server that workers encountered last; at most one row. */
export const MailAccountSchema = defineEntity({
  name: 'MailAccount',
  tableName: 'mail_account',
  properties: {
    /** Always true, so that there is one row. */
    isThis: p.boolean().primary().default(true),
    /** Without credentials; null while the account works. */
    fault: p.text().nullable(),
    faultSince: p.datetime(3).nullable(),
  },
});
