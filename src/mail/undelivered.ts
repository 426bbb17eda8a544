import { sql } from 'kysely';
import { type Act, recordOf } from '../company/act.ts';
import { appendEvent } from '../company/append-event.ts';
import type { CompanyId } from '../company/company-id.ts';
import { companyById } from '../company/find-companies.ts';
import type { Window } from '../company/find-pages.ts';
import { type MailAddressFault, mailAddressFault, parseMailAddress } from '../company/mail-address.ts';
import type { Notifier } from '../company/notifier.ts';
import { type CompanyRow, type Db, now } from '../company/tables.ts';
import { isUnattempted, type PendingMail } from './outbox.ts';

/** A mail that no server has accepted, and the company that it is about; undefined when it is about a webhook endpoint. */
export type UndeliveredMail = Undelivered & { readonly company: CompanyRow | undefined };

export type UndeliveredState = Exclude<PendingMail['state'], 'SENT'>;
type Undelivered = PendingMail & { readonly state: UndeliveredState };

export interface UndeliveredCount {
  /** Due, being sent, or waiting for the next delivery attempt. */
  readonly waiting: number;
  /** Refused permanently; sent again only when an operator resends it. */
  readonly refused: number;
  /** The age of the oldest of them, by PostgreSQL's clock; null when all are sent. */
  readonly oldestSeconds: number | null;
}

export const countUndelivered = (db: Db): Promise<UndeliveredCount> =>
  db
    .selectFrom('outbox_mail')
    .select([
      sql<number>`(count(*) filter (where state = 'WAITING'))::int`.as('waiting'),
      sql<number>`(count(*) filter (where state = 'REFUSED'))::int`.as('refused'),
      sql<number | null>`extract(epoch from now() - min(created_at))::float`.as('oldestSeconds'),
    ])
    .where('state', '<>', 'SENT')
    .executeTakeFirstOrThrow();

/** The mails that no server has accepted, oldest first; read from the end of the window, newest first. */
export async function findUndelivered(db: Db, window: Window): Promise<UndeliveredMail[]> {
  const mails = await db
    .selectFrom('outbox_mail')
    .selectAll()
    .where((mail) =>
      mail.and([
        mail('state', '<>', 'SENT'),
        ...(window.after === undefined ? [] : [mail('position', '>', BigInt(window.after))]),
        ...(window.before === undefined ? [] : [mail('position', '<', BigInt(window.before))]),
      ]),
    )
    .orderBy('position', window.fromEnd ? 'desc' : 'asc')
    .limit(window.limit)
    .$narrowType<{ state: UndeliveredState }>()
    .execute();
  return withCompanies(db, mails);
}

async function withCompanies(db: Db, mails: readonly Undelivered[]): Promise<UndeliveredMail[]> {
  const ids = mails.flatMap(({ company_id }) => company_id ?? []);
  const companies = await db.selectFrom('company').selectAll().where('id', '=', sql<CompanyId>`any(${ids})`).execute();
  return mails.map((mail) => ({ ...mail, company: companies.find(({ id }) => id === mail.company_id) }));
}

export type SendAgainOutcome =
  | { readonly kind: 'due'; readonly mail: UndeliveredMail }
  | { readonly kind: 'bad-recipient'; readonly fault: MailAddressFault }
  | { readonly kind: 'not-found' | 'already-sent' | 'being-sent' };

/**
 * Makes an undelivered mail due at once, even one that was refused permanently. With another recipient it goes there, and so
 * do the company's later mails, which an event records; one about an endpoint goes there alone. A mail that is being sent or was accepted is left alone: nothing is sent twice.
 */
export async function sendAgain(
  db: Db,
  notifier: Notifier,
  mailId: string,
  recipient?: string,
  act?: Act,
): Promise<SendAgainOutcome> {
  const fault = recipient === undefined ? undefined : mailAddressFault(recipient);
  if (fault) return { kind: 'bad-recipient', fault };
  if (!uuid.test(mailId)) return { kind: 'not-found' };

  const due = await makeDue(db, mailId, recipient === undefined ? undefined : parseMailAddress(recipient), act);
  if (!due) return refusalOf(db, mailId, act);
  if (due.company_id === null) return { kind: 'due', mail: { ...due, company: undefined } };
  const company = await companyById(db, due.company_id);
  if (recipient !== undefined) notifier.moved(company);
  notifier.mailDue(company.id);
  return { kind: 'due', mail: { ...due, company } };
}

/** RFC 9562; PostgreSQL would answer anything else with an error. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Mail and company in one statement; undefined when the mail does not exist, was sent or is being sent. `tries` keeps counting. */
async function makeDue(
  db: Db,
  mailId: string,
  recipient: string | undefined,
  act: Act | undefined,
): Promise<Undelivered | undefined> {
  const due = await db
    .with('due', (query) =>
      query
        .updateTable('outbox_mail')
        .set({ state: 'WAITING', due_at: now, ...(recipient === undefined ? {} : { recipient }) })
        .where((mail) => mail.and([mail('id', '=', mailId), mail('state', '<>', 'SENT'), isUnattempted(mail)]))
        .returningAll(),
    )
    .with('corrected', (query) =>
      query
        .updateTable('company')
        .from('due')
        .set((company) => ({ customer_email: company.ref('due.recipient'), version: sql`version + 1` }))
        .whereRef('company.id', '=', 'due.company_id')
        .whereRef('company.customer_email', '<>', 'due.recipient')
        .where(sql.lit(recipient !== undefined))
        .returningAll('company'),
    )
    .with('logged', () => appendEvent({ kind: 'ADDRESS_CORRECTED' }, 'corrected'))
    .with('recorded_correction', () => recordOf(act, 'corrected', { action: 'CORRECT_ADDRESS' }))
    .with('recorded', () => recordOf(act, 'due', { id: 'company_id', target: 'endpoint_id' }))
    .selectFrom('due')
    .selectAll()
    .$narrowType<{ state: UndeliveredState }>()
    .executeTakeFirst();
  if (due) act?.wasRecorded();
  return due;
}

async function refusalOf(db: Db, mailId: string, act: Act | undefined): Promise<SendAgainOutcome> {
  const mail = await db
    .selectFrom('outbox_mail')
    .select(['state', 'company_id'])
    .where('id', '=', mailId)
    .executeTakeFirst();
  if (!mail) return { kind: 'not-found' };
  if (mail.company_id !== null) act?.isAbout(mail.company_id);
  return { kind: mail.state === 'SENT' ? 'already-sent' : 'being-sent' };
}
