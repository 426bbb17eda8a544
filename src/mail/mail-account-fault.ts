import { type QueryCreator, sql } from 'kysely';
import { type Db, now, type Tables } from '../company/tables.ts';

/** Why our own account at the mail server does not work, from the latest delivery attempt. */
export interface MailAccountFault {
  /** The mail server's reply where it quotes nothing of a mail; never with credentials. */
  readonly cause: string;
  readonly since: Date;
  /** How many mails wait for it to be mended. */
  readonly waitingMails: number;
}

/** A part of the statement that records an attempt: the account does not work, or still does not. */
export const beginFault = (query: QueryCreator<Tables>, fault: string) =>
  query
    .insertInto('mail_account')
    .values({ is_this: true, fault, fault_since: now })
    .onConflict((row) =>
      row.column('is_this').doUpdateSet({ fault, fault_since: sql<Date>`coalesce(mail_account.fault_since, now())` }),
    );

/** A part of the statement that records an attempt: the account works. */
export const endFault = (query: QueryCreator<Tables>) =>
  query.updateTable('mail_account').set({ fault: null, fault_since: null }).where('fault', 'is not', null);

/** Null while the account works. */
export async function readMailAccountFault(db: Db): Promise<MailAccountFault | null> {
  const row = await db
    .selectFrom('mail_account')
    .select((row) => [
      'fault as cause',
      'fault_since as since',
      row
        .selectFrom('outbox_mail')
        .select(sql<number>`count(*)::int`.as('waiting'))
        .where('state', '=', 'WAITING')
        .$asScalar()
        .$notNull()
        .as('waitingMails'),
    ])
    .where('fault', 'is not', null)
    .where('fault_since', 'is not', null)
    .$narrowType<{ cause: string; since: Date }>()
    .executeTakeFirst();
  return row ?? null;
}
