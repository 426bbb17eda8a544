import type { CompanyId } from './company-id.ts';

/**
 * Rings after a commit, so that others look at the database at once instead of a few seconds later.
 * A ring may get lost; it never fails and nobody waits for it.
 */
export interface Notifier {
  /** The company has a new event: live streams read on. */
  changed(companyId: CompanyId): void;
  /** The company waits for a worker. */
  queued(companyId: CompanyId): void;
  /** A mail waits in the outbox. */
  owed(companyId: CompanyId): void;
}
