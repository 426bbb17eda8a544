import type { CompanyId } from './company-id.ts';
import type { CompanyEventRow } from './find-companies.ts';
import type { MovedCompany } from './move-company.ts';
import { isFinal } from './status.ts';

/**
 * Wakes those who have something to do after a commit, so that they look at the database at once instead of a few seconds
 * later. A notification may get lost; it never fails, and nobody waits for it.
 */
export interface Notifier {
  /**
   * After every move, and whenever one is found whose answer was lost: the row as it is now decides who is notified.
   * Watchers get the event with the notification, where it is known, and need not read it.
   */
  moved(company: Pick<MovedCompany, 'id' | 'status' | 'event'>): void;
  /** The company waits for a worker without having moved: its worker released it, or its job got lost. */
  workAvailable(companyId: CompanyId): void;
  /** A mail about the company is due. */
  mailDue(companyId: CompanyId): void;
  /** The company's log has new lines. */
  logged(companyId: CompanyId): void;
}

/** How each of those who wait is reached. */
export interface Recipients {
  readonly watchers: (companyId: CompanyId, event: CompanyEventRow | undefined) => void;
  readonly workers: (companyId: CompanyId) => void;
  readonly mailers: (companyId: CompanyId) => void;
  readonly readers: (companyId: CompanyId) => void;
}

/** Watchers are notified of every move, workers of a queued company, mailers of an ended one: its move put a mail into the outbox. Readers read its log. */
export const openNotifier = ({ watchers, workers, mailers, readers }: Recipients): Notifier => ({
  moved({ id, status, event }) {
    watchers(id, event);
    if (status === 'QUEUED') workers(id);
    if (isFinal(status)) mailers(id);
  },
  workAvailable: workers,
  mailDue: mailers,
  logged: readers,
});
