import { type Expression, type ExpressionBuilder, type Selectable, type SqlBool, sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import { type Db, now, type Tables } from '../company/tables.ts';
import { beginFault, endFault } from './mail-account-fault.ts';

export type PendingMail = Selectable<Tables['outbox_mail']>;

/** How long a delivery attempt stays claimed without a heartbeat, in seconds; longer than most outages of a database. */
const attemptSeconds = 30;
/** The pause before the next delivery attempt doubles from the first to the longest, in seconds. */
const firstPause = 5;
const longestPause = 3_600;

const inSeconds = (seconds: number) => sql<Date>`now() + ${seconds} * interval '1 second'`;

type MailExpressions = ExpressionBuilder<Tables, 'outbox_mail'>;

/** No delivery attempt is under way, or its claim has expired. */
export const isUnattempted = (mail: MailExpressions): Expression<SqlBool> =>
  mail.or([mail('try_until', 'is', null), mail('try_until', '<', now)]);

const isDue = (mail: MailExpressions): Expression<SqlBool> =>
  mail.and([mail('state', '=', 'WAITING'), mail('due_at', '<=', now), isUnattempted(mail)]);

/** This delivery attempt is the mail's newest, and its outcome is not recorded yet. */
const isThisAttempt =
  ({ id, tries }: PendingMail) =>
  (mail: MailExpressions): Expression<SqlBool> =>
    mail.and([mail.and({ id, tries }), mail('try_until', 'is not', null)]);

/** What a mail is about: a company, or a webhook endpoint. */
export type MailSubject = CompanyId | EndpointId;
export type EndpointId = `we_${string}`;
const isEndpoint = (subject: MailSubject): subject is EndpointId => subject.startsWith('we_');

/**
 * Claims one due mail about a company or an endpoint for a delivery attempt; undefined when none is due. No other worker can claim it until the
 * attempt is recorded or its claim expires; `tries` is its fencing token.
 */
export async function takeDueMail(db: Db, subject: MailSubject): Promise<PendingMail | undefined> {
  return db
    .updateTable('outbox_mail')
    .set({ tries: sql<number>`tries + 1`, try_until: inSeconds(attemptSeconds) })
    .where('id', '=', (mail) =>
      mail
        .selectFrom('outbox_mail')
        .select('id')
        .where(isEndpoint(subject) ? 'endpoint_id' : 'company_id', '=', subject)
        .where(isDue)
        .orderBy('attempt')
        .orderBy('position')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();
}

/** Extends the claim. False when another delivery attempt has begun. */
export async function extendAttempt(db: Db, mail: PendingMail): Promise<boolean> {
  const kept = await db
    .updateTable('outbox_mail')
    .set({ try_until: inSeconds(attemptSeconds) })
    .where(isThisAttempt(mail))
    .executeTakeFirst();
  return kept.numUpdatedRows > 0n;
}

/** The mail was accepted and is never sent again. The same statement erases the password that it carried and ends a fault of the mail account. */
export async function recordSent(db: Db, mail: PendingMail): Promise<void> {
  await db
    .with('sent', (query) =>
      query
        .updateTable('outbox_mail')
        .set({ state: 'SENT', sent_at: now, last_error: null, try_until: null })
        .where(isThisAttempt(mail))
        .returning(['company_id', 'kind']),
    )
    .with('mended', endFault)
    .updateTable('company')
    .set({ sealed_password: null })
    .where('id', 'in', (query) =>
      query
        .selectFrom('sent')
        .select('company_id')
        .where('kind', '=', 'SITE_READY')
        .$narrowType<{ company_id: CompanyId }>(),
    )
    .execute();
}

export interface FailedDelivery {
  readonly error: string;
  /** What it says about our account at the mail server, if anything. */
  readonly account: 'works' | 'fails' | undefined;
  /** The mail will never be accepted. */
  readonly permanent: boolean;
  /** When to retry, in seconds; with growing pauses when undefined. */
  readonly pause: number | undefined;
}

/**
 * The mail was not accepted: it is due again after a pause, or refused when it never will be. A fault of the mail account is
 * stored once for all mails, not as an error of this one.
 */
export async function recordRefused(
  db: Db,
  mail: PendingMail,
  { error, account, permanent, pause = Math.min(firstPause * 2 ** (mail.tries - 1), longestPause) }: FailedDelivery,
): Promise<void> {
  const query =
    account === 'fails'
      ? db.with('account', (part) => beginFault(part, error))
      : account === 'works'
        ? db.with('account', endFault)
        : db;
  await query
    .updateTable('outbox_mail')
    .set({
      state: permanent ? 'REFUSED' : 'WAITING',
      due_at: inSeconds(pause),
      try_until: null,
      ...(account === 'fails' ? {} : { last_error: error }),
    })
    .where(isThisAttempt(mail))
    .execute();
}

/** The companies with due mails, longest waiting first. */
export async function findCompaniesWithDueMail(db: Db, limit: number): Promise<CompanyId[]> {
  const due = await db
    .selectFrom('outbox_mail')
    .select('company_id')
    .where(isDue)
    .where('company_id', 'is not', null)
    .orderBy('due_at')
    .limit(limit)
    .$narrowType<{ company_id: CompanyId }>()
    .execute();
  return due.map(({ company_id }) => company_id);
}

/** The webhook endpoints whose owners are to be mailed, longest waiting first. */
export async function findEndpointsWithDueMail(db: Db, limit: number): Promise<EndpointId[]> {
  const due = await db
    .selectFrom('outbox_mail')
    .select('endpoint_id')
    .where(isDue)
    .where('endpoint_id', 'is not', null)
    .orderBy('due_at')
    .limit(limit)
    .$narrowType<{ endpoint_id: EndpointId }>()
    .execute();
  return due.map(({ endpoint_id }) => endpoint_id);
}
