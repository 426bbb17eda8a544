import type { LoggedEvent } from '../support/event-log.ts';
import type { Workload } from './run.ts';
import { untilGivenUp } from './until-given-up.ts';

/** Everything that PostgreSQL keeps about a company. */
export interface CompanyHistory {
  readonly id: string;
  /** What outside the database is this company's bears this name (src/company/owner-name.ts). */
  readonly owner: string;
  readonly customer: string;
  readonly site: string;
  readonly status: string;
  readonly version: number;
  readonly isSealed: boolean;
  readonly events: readonly CompanyEvent[];
  readonly mails: readonly CompanyMail[];
}

export interface CompanyEvent extends LoggedEvent {
  readonly attempt: number;
  readonly at: number;
}

export interface CompanyMail {
  readonly id: string;
  readonly attempt: number;
  readonly kind: 'SITE_READY' | 'SITE_FAILED';
  readonly recipient: string;
  readonly state: string;
  readonly lastError: string | null;
}

const sql = `
  select c.id, c.id || '.' || identity as owner, created_by as customer, site_name as site, status, version, sealed_password is not null as "isSealed",
    (select jsonb_agg(jsonb_build_object('version', version, 'status', status, 'siteStatus', site_status, 'kind', kind,
        'step', step, 'reason', reason, 'progress', progress, 'message', message, 'attempt', attempt, 'at', extract(epoch from occurred_at) * 1000)
      order by version) from company_event e where e.company_id = c.id) as events,
    coalesce((select jsonb_agg(jsonb_build_object('id', id, 'attempt', attempt, 'kind', kind, 'recipient', recipient,
        'state', state, 'lastError', last_error)
      order by attempt) from outbox_mail m where m.company_id = c.id), '[]') as mails
  from company c where created_by like $1 order by position`;

/** The companies that these customers have now. */
export const readHistories = ({ deployment, name }: Workload): Promise<CompanyHistory[]> =>
  deployment.query<CompanyHistory>(sql, `${name}-%`);

/** Resolves once none of their mails is pending; rejects once `givenUp` aborts. */
export const allIsSent = ({ deployment, name }: Workload, givenUp: AbortSignal): Promise<void> => {
  const pending = `select from outbox_mail where state <> 'SENT' and recipient like $1`;
  const isSent = async (): Promise<boolean> => (await deployment.query(pending, `%${name}-%`)).length === 0;
  return untilGivenUp('every mail is sent', isSent, givenUp);
};

export const isWorkerLost = ({ reason }: LoggedEvent): boolean => reason === 'WORKER_LOST';
export const endsAttempt = ({ kind }: LoggedEvent): boolean => kind === 'SUCCEEDED' || kind === 'FAILED';
