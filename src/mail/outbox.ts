import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import { type Db, now, type Tables } from '../company/tables.ts';
import { beginFault, endFault } from './mail-account-fault.ts';

export type OwedMail = Selectable<Tables['outbox_mail']>;

/** How long a try counts without word of its worker, in seconds; longer than a database is usually away. */
const tryLasts = 30;
/** The pause before the next try doubles from the first to the longest, in seconds. */
const firstPause = 5;
const longestPause = 3_600;

const inSeconds = (seconds: number) => sql<Date>`now() + ${seconds} * interval '1 second'`;

type MailExpressions = ExpressionBuilder<Tables, 'outbox_mail'>;

/** No try is under way, or its worker has not been heard of for too long. */
export const isUntried = (mail: MailExpressions): Expression<SqlBool> =>
  mail.or([mail('try_until', 'is', null), mail('try_until', '<', now)]);

const isDue = (mail: MailExpressions): Expression<SqlBool> =>
  mail.and([mail('state', '=', 'WAITING'), mail('due_at', '<=', now), isUntried(mail)]);

/** This try is the mail's newest one, and its outcome is not recorded yet. */
const isThisTry =
  ({ id, tries }: OwedMail) =>
  (mail: MailExpressions): Expression<SqlBool> =>
    mail.and([mail.and({ id, tries }), mail('try_until', 'is not', null)]);

/**
 * Takes a company's mail that is due for one try of sending, or undefined when none is. Nobody else can take it until
 * the try is recorded or its worker falls silent; `tries` is its fencing token.
 */
export async function takeOwedMail(db: Db, companyId: CompanyId): Promise<OwedMail | undefined> {
  return db
    .updateTable('outbox_mail')
    .set({ tries: sql<number>`tries + 1`, try_until: inSeconds(tryLasts) })
    .where('id', '=', (mail) =>
      mail
        .selectFrom('outbox_mail')
        .select('id')
        .where('company_id', '=', companyId)
        .where(isDue)
        .orderBy('attempt')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();
}

/** Gives the try more time. False when another one has begun. */
export async function keepTry(db: Db, mail: OwedMail): Promise<boolean> {
  const kept = await db
    .updateTable('outbox_mail')
    .set({ try_until: inSeconds(tryLasts) })
    .where(isThisTry(mail))
    .executeTakeFirst();
  return kept.numUpdatedRows > 0n;
}

/** The mail was accepted: it is never sent again. The password that it carried is erased, and a fault of the mail account ends, in the same statement. */
export async function recordSent(db: Db, mail: OwedMail): Promise<void> {
  await db
    .with('sent', (query) =>
      query
        .updateTable('outbox_mail')
        .set({ state: 'SENT', sent_at: now, last_error: null, try_until: null })
        .where(isThisTry(mail))
        .returning(['company_id', 'kind']),
    )
    .with('mended', endFault)
    .updateTable('company')
    .set({ sealed_password: null })
    .where('id', 'in', (query) => query.selectFrom('sent').select('company_id').where('kind', '=', 'SITE_READY'))
    .execute();
}

export interface Refusal {
  readonly why: string;
  /** What it tells of our account at the mail server, if anything. */
  readonly account: 'works' | 'fails' | undefined;
  /** The mail never will be accepted. */
  readonly forGood: boolean;
  /** When to try again, in seconds; ever later when it is not said. */
  readonly pause: number | undefined;
}

/**
 * The mail was not accepted: it is due again after a pause, or given up when it never will be. A fault of the mail account
 * is kept once for all mails, and not as an error of this one.
 */
export async function recordRefused(
  db: Db,
  mail: OwedMail,
  { why, account, forGood, pause = Math.min(firstPause * 2 ** (mail.tries - 1), longestPause) }: Refusal,
): Promise<void> {
  const query =
    account === 'fails'
      ? db.with('account', (part) => beginFault(part, why))
      : account === 'works'
        ? db.with('account', endFault)
        : db;
  await query
    .updateTable('outbox_mail')
    .set({
      state: forGood ? 'REFUSED' : 'WAITING',
      due_at: inSeconds(pause),
      try_until: null,
      ...(account === 'fails' ? {} : { last_error: why }),
    })
    .where(isThisTry(mail))
    .execute();
}

/** The companies with mails that are due, longest waiting first. */
export async function companiesOwedMail(db: Db, limit: number): Promise<CompanyId[]> {
  const due = await db
    .selectFrom('outbox_mail')
    .select('company_id')
    .where(isDue)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return due.map(({ company_id }) => company_id);
}
