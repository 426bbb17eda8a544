import { isClaim } from '../support/event-log.ts';
import { type CompanyHistory, endsAttempt } from './company-history.ts';
import type { Recovery, Run } from './run.ts';

/** How long each company that lost its worker, or was requested as a probe, waited for its next claim. */
export async function recoveriesOf(run: Run, histories: readonly CompanyHistory[]): Promise<readonly Recovery[]> {
  const waits = await Promise.all(
    run.losses.map(async ({ kind, companyId, at }): Promise<Recovery[]> => {
      const id = await companyId.catch(() => undefined);
      const later = histories.find((history) => history.id === id)?.events.filter((event) => event.at > at) ?? [];
      const next = later.find((event) => isClaim(event) || endsAttempt(event));
      // A company that ended just before its worker's fault has lost nothing.
      return next && isClaim(next) ? [{ kind, seconds: (next.at - at) / 1_000, ...(id ? { companyId: id } : {}) }] : [];
    }),
  );
  return [...run.recoveries, ...waits.flat()];
}
