import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Expression, type ExpressionBuilder, type SqlBool, sql, type UpdateObject } from 'kysely';
import type { CompanyId } from './company-id.ts';
import type { MailKind } from './outbox-mail.ts';
import { type CompanyStatus, reachableFrom } from './status.ts';
import { type CompanyRow, type Tables, tables } from './tables.ts';

/** One change of a company: where it goes, what else changes with it, and what its event says. */
export interface Move {
  readonly to: CompanyStatus;
  /** One sentence for whoever watches. */
  readonly message: string;
  /** The name of the step that the event is about. */
  readonly step?: string;
  /** Given by a worker: the move is refused unless this is still the company's newest token. */
  readonly fencingToken?: number;
  /** A further condition, beside the legal transition and the token. */
  readonly when?: (company: ExpressionBuilder<Tables, 'company'>) => Expression<SqlBool>;
  /** Columns that change together with the status. */
  readonly set?: UpdateObject<Tables, 'company'>;
  /** The mail that this move owes the customer. */
  readonly mail?: { readonly kind: MailKind; readonly reason?: string };
}

/**
 * The one writer of status. In one statement, so in one transaction and one round trip, it checks the legal transition
 * and the fencing token, raises the version by one, appends the event and puts the mail into the outbox.
 * Resolves to the company as it is now, or to undefined when the move was refused and nothing changed.
 */
export async function moveCompany(em: SqlEntityManager, id: CompanyId, move: Move): Promise<CompanyRow | undefined> {
  return tables(em)
    .with('moved', (query) =>
      query
        .updateTable('company')
        .set({ ...move.set, status: move.to, version: sql`version + 1` })
        .where((company) =>
          company.and([
            company('id', '=', id),
            company('status', 'in', reachableFrom[move.to]),
            ...(move.fencingToken === undefined ? [] : [company('fencing_token', '=', move.fencingToken)]),
            ...(move.when ? [move.when(company)] : []),
          ]),
        )
        .returningAll(),
    )
    .with('logged', (query) =>
      query
        .insertInto('company_event')
        .columns(['company_id', 'version', 'attempt', 'status', 'site_status', 'progress', 'step', 'message'])
        .expression((from) =>
          from
            .selectFrom('moved')
            .select(['id', 'version', 'attempt', 'status', 'site_status', 'progress'])
            .select([sql.val(move.step ?? null).as('step'), sql.val(move.message).as('message')]),
        ),
    )
    .with('owed', (query) =>
      query
        .insertInto('outbox_mail')
        .columns(['company_id', 'attempt', 'recipient', 'kind', 'reason'])
        .expression((from) =>
          from
            .selectFrom('moved')
            .select(['id', 'attempt', 'customer_email'])
            .select([sql.val(move.mail?.kind ?? null).as('kind'), sql.val(move.mail?.reason ?? null).as('reason')])
            .where(sql.lit(move.mail !== undefined)),
        ),
    )
    .selectFrom('moved')
    .selectAll()
    .executeTakeFirst();
}
