import { type Expression, type ExpressionBuilder, type SqlBool, sql, type UpdateObject } from 'kysely';
import { type Act, recordOf } from './act.ts';
import { appendEvent } from './append-event.ts';
import type { CompanyId } from './company-id.ts';
import type { NewEvent } from './event-kind.ts';
import type { Failure, NamedFailure } from './failure.ts';
import type { CompanyEventRow } from './find-companies.ts';
import type { MailKind } from './outbox-mail.ts';
import { type CompanyStatus, reachableFrom } from './status.ts';
import type { CompanyRow, Db, Tables } from './tables.ts';

/** One change of a company: its new status, what else changes with it, and its event. */
export interface Move {
  readonly to: CompanyStatus;
  readonly event: NewEvent;
  /** Given by a worker: the move is refused unless this is still the company's newest token. */
  readonly fencingToken?: number;
  /** The move is refused unless the company is at this version. */
  readonly expectedVersion?: number | undefined;
  /** A further condition, besides the legal transition and the token. */
  readonly when?: (company: ExpressionBuilder<Tables, 'company'>) => Expression<SqlBool>;
  /** Columns that change together with the status. */
  readonly set?: UpdateObject<Tables, 'company'>;
  /** The mail to the customer that commits with this move. */
  readonly mail?: { readonly kind: MailKind; readonly failure?: Failure };
  /** Who caused it; left out for what workers do. */
  readonly act?: Act | undefined;
}

/** A company, and the event of its newest move where that is known. */
export type MovedCompany = CompanyRow & { readonly event?: CompanyEventRow };

/**
 * The one writer of status. In one statement, so in one transaction and one round trip, it checks the legal transition
 * and the fencing token, raises the version by one, appends the event, puts the mail into the outbox and records the act.
 * Resolves to the company as it is now, or to undefined when the move was refused and nothing changed.
 */
export async function moveCompany(db: Db, id: CompanyId, move: Move): Promise<MovedCompany | undefined> {
  const moved = await db
    .with('moved', (query) =>
      query
        .updateTable('company')
        .set({ ...move.set, status: move.to, version: sql`version + 1` })
        .where((company) =>
          company.and([
            company('id', '=', id),
            company('status', 'in', reachableFrom[move.to]),
            ...(move.fencingToken === undefined ? [] : [company('fencing_token', '=', move.fencingToken)]),
            ...(move.expectedVersion === undefined ? [] : [company('version', '=', move.expectedVersion)]),
            ...(move.when ? [move.when(company)] : []),
          ]),
        )
        .returningAll(),
    )
    .with('logged', () => appendEvent(move.event, 'moved'))
    .with('mailed', (query) =>
      query
        .insertInto('outbox_mail')
        .columns(['company_id', 'attempt', 'recipient', 'kind', 'reason', 'failure'])
        .expression((from) =>
          from
            .selectFrom('moved')
            .select(['id', 'attempt', 'customer_email'])
            .select([
              sql.val(move.mail?.kind ?? null).as('kind'),
              sql.val(move.mail?.failure?.message ?? null).as('reason'),
              sql`${namedIn(move.mail?.failure)}::jsonb`.as('failure'),
            ])
            .where(sql.lit(move.mail !== undefined)),
        ),
    )
    .with('recorded', () => recordOf(move.act, 'moved'))
    .selectFrom('moved')
    .innerJoin('logged', (join) => join.onTrue())
    .selectAll('moved')
    .select(sql<EventInJson>`to_jsonb(logged) - 'position' - 'owner'`.as('event'))
    .executeTakeFirst();
  if (moved) move.act?.wasRecorded();
  return moved && { ...moved, event: { ...moved.event, occurred_at: new Date(moved.event.occurred_at) } };
}

const namedIn = (failure?: Failure): string | null =>
  failure === undefined ? null : JSON.stringify({ reason: failure.reason, step: failure.step } satisfies NamedFailure);

type EventInJson = Omit<CompanyEventRow, 'occurred_at'> & { readonly occurred_at: string };
