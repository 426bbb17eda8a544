import { defineEntity, p } from '@mikro-orm/core';

/** What is wrong with our own account at the mail server, as all workers last met it; one row at the most. */
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
