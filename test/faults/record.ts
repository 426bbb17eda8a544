import type { LoggedEvent } from '../event-log.ts';
import type { Trial } from './trial.ts';

/** What PostgreSQL has of a company, all of it. */
export interface CompanyRecord {
  readonly id: string;
  readonly customer: string;
  readonly site: string;
  readonly status: string;
  readonly version: number;
  readonly isSealed: boolean;
  readonly events: readonly RecordedEvent[];
  readonly mails: readonly RecordedMail[];
}

export interface RecordedEvent extends LoggedEvent {
  readonly attempt: number;
  readonly at: number;
}

export interface RecordedMail {
  readonly id: string;
  readonly attempt: number;
  readonly kind: 'SITE_READY' | 'SITE_FAILED';
  readonly recipient: string;
  readonly state: string;
  readonly lastError: string | null;
}

const sql = `
  select c.id, created_by as customer, site_name as site, status, version, sealed_password is not null as "isSealed",
    (select jsonb_agg(jsonb_build_object('version', version, 'status', status, 'siteStatus', site_status, 'step', step,
        'progress', progress, 'message', message, 'attempt', attempt, 'at', extract(epoch from occurred_at) * 1000)
      order by version) from company_event e where e.company_id = c.id) as events,
    coalesce((select jsonb_agg(jsonb_build_object('id', id, 'attempt', attempt, 'kind', kind, 'recipient', recipient,
        'state', state, 'lastError', last_error)
      order by attempt) from outbox_mail m where m.company_id = c.id), '[]') as mails
  from company c where created_by like $1 order by position`;

/** The companies that the trial's customers have now. */
export const readRecords = ({ world, name }: Trial): Promise<CompanyRecord[]> =>
  world.cluster.query<CompanyRecord>(sql, `${name}-%`);

/** By its event in the log. */
export const isClaim = ({ message }: LoggedEvent): boolean => message === 'A worker has started.';
export const isWorkerLost = ({ status, message }: LoggedEvent): boolean =>
  status === 'FAILED' && message.startsWith('It was interrupted 3 times');
export const endsAttempt = ({ status }: LoggedEvent): boolean => status === 'ACTIVE' || status === 'FAILED';
