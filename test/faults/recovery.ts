import { isClaim } from '../support/event-log.ts';
import { type CompanyRecord, endsAttempt } from './record.ts';
import type { Recovery, Trial } from './trial.ts';

/** How long each company that lost its worker, or was ordered as a probe, waited for its next claim. */
export async function recoveriesOf(trial: Trial, records: readonly CompanyRecord[]): Promise<readonly Recovery[]> {
  const waits = await Promise.all(
    trial.losses.map(async ({ kind, companyId, at }): Promise<Recovery[]> => {
      const id = await companyId.catch(() => undefined);
      const later = records.find((record) => record.id === id)?.events.filter((event) => event.at > at) ?? [];
      const next = later.find((event) => isClaim(event) || endsAttempt(event));
      // What was done just before its worker was struck has lost nothing.
      return next && isClaim(next) ? [{ kind, seconds: (next.at - at) / 1_000, ...(id ? { companyId: id } : {}) }] : [];
    }),
  );
  return [...trial.recoveries, ...waits.flat()];
}
