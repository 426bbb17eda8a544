import type { SqlEntityManager } from '@mikro-orm/sql';
import { sql } from 'kysely';
import type { Bell } from './bell.ts';
import type { CompanyId } from './company-id.ts';
import { findCompany } from './find-companies.ts';
import { moveCompany } from './move-company.ts';
import type { Requester } from './requester.ts';
import { type CompanyRow, now } from './tables.ts';

export interface MoveDeps {
  readonly em: SqlEntityManager;
  readonly bell: Bell;
}

export type MoveOutcome =
  | { readonly kind: 'moved'; readonly company: CompanyRow }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'wrong-status'; readonly company: CompanyRow };

/** Queues a draft, or a failed company for a new attempt, and rings for a worker. */
export async function queueCompany({ em, bell }: MoveDeps, requester: Requester, id: CompanyId): Promise<MoveOutcome> {
  const found = await findCompany(em, requester, id);
  if (!found) return { kind: 'not-found' };

  const queued = await moveCompany(em, id, {
    to: 'QUEUED',
    message: found.status === 'FAILED' ? 'Queued again.' : 'Waiting for a worker.',
    set: {
      attempt: sql<number>`attempt + 1`,
      // A worker of an earlier attempt that wakes up now has lost its right to write.
      fencing_token: sql<number>`fencing_token + 1`,
      claims: 0,
      progress: 0,
      failure: null,
      provisioning_notes: null,
      queued_at: now,
      provisioning_started_at: null,
      provisioning_completed_at: null,
      deadline_at: null,
      cancel_requested_at: null,
      leased_by: null,
      leased_since: null,
      leased_until: null,
    },
  });
  if (!queued) return { kind: 'wrong-status', company: (await findCompany(em, requester, id)) ?? found };

  bell.changed(id);
  bell.queued(id);
  return { kind: 'moved', company: queued };
}
