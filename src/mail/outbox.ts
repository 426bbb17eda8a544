import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Selectable, sql } from 'kysely';
import type { CompanyId } from '../company/company-id.ts';
import { now, type Tables, tables } from '../company/tables.ts';

export type OwedMail = Selectable<Tables['outbox_mail']>;

/** How long a try may last before it counts as lost and another one may begin, in seconds. */
const tryLasts = 120;
/** The pause before the next try doubles from the first to the longest, in seconds. */
const firstPause = 5;
const longestPause = 3_600;

/**
 * Takes a company's mail that is due for one try of sending, or undefined when none is. Nobody else can take it until
 * the try is recorded or has lasted too long; `tries` is its fencing token.
 */
export async function takeOwedMail(em: SqlEntityManager, companyId: CompanyId): Promise<OwedMail | undefined> {
  return tables(em)
    .updateTable('outbox_mail')
    .set({ tries: sql<number>`tries + 1`, due_at: sql<Date>`now() + ${tryLasts} * interval '1 second'` })
    .where('id', '=', (mail) =>
      mail
        .selectFrom('outbox_mail')
        .select('id')
        .where('company_id', '=', companyId)
        .where('state', '=', 'WAITING')
        .where('due_at', '<=', now)
        .orderBy('attempt')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();
}

/** The mail was accepted: it is never sent again, and the password that it carried is erased in the same statement. */
export async function recordSent(em: SqlEntityManager, mail: OwedMail): Promise<void> {
  await tables(em)
    .with('sent', (query) =>
      query
        .updateTable('outbox_mail')
        .set({ state: 'SENT', sent_at: now, last_error: null })
        .where('id', '=', mail.id)
        .where('tries', '=', mail.tries)
        .returning(['company_id', 'kind']),
    )
    .updateTable('company')
    .set({ sealed_password: null })
    .where('id', 'in', (query) => query.selectFrom('sent').select('company_id').where('kind', '=', 'SITE_READY'))
    .execute();
}

/** The mail was not accepted: it is due again after a pause, or given up when it never will be. */
export async function recordRefused(
  em: SqlEntityManager,
  mail: OwedMail,
  why: string,
  forGood: boolean,
): Promise<void> {
  const pause = Math.min(firstPause * 2 ** (mail.tries - 1), longestPause);
  await tables(em)
    .updateTable('outbox_mail')
    .set({
      state: forGood ? 'REFUSED' : 'WAITING',
      due_at: sql<Date>`now() + ${pause} * interval '1 second'`,
      last_error: why,
    })
    .where('id', '=', mail.id)
    .where('tries', '=', mail.tries)
    .execute();
}

/** The companies with mails that are due, longest waiting first. */
export async function companiesOwedMail(em: SqlEntityManager, limit: number): Promise<CompanyId[]> {
  const due = await tables(em)
    .selectFrom('outbox_mail')
    .select('company_id')
    .where('state', '=', 'WAITING')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();
  return due.map(({ company_id }) => company_id);
}
