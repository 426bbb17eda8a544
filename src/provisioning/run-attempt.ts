import type { CompanyId } from '../company/company-id.ts';
import { turnLimit } from '../observability/liveness.ts';
import type { AttemptOutcome } from '../observability/metrics.ts';
import { type Attempt, type AttemptDeps, openAttempt } from './attempt.ts';
import { endAttempt, logLimit } from './end-attempt.ts';
import { type Claim, claimCompany } from './lease.ts';
import { toActive } from './outcomes.ts';
import { runSteps } from './run-steps.ts';

/**
 * Provisions a waiting company: claims it, runs the host's steps one after the other and ends the attempt as ACTIVE or
 * FAILED. Does nothing when the company does not wait or another worker holds it. When `shutdown` aborts, the company is
 * released for another worker. Resolves to whether it was this worker's to provision.
 */
export async function runAttempt(deps: AttemptDeps, id: CompanyId, shutdown: AbortSignal): Promise<boolean> {
  const { notifier, worker, metrics } = deps;
  const claim = await claimInTime(deps, id, shutdown);
  if (!claim) return false;
  notifier.moved(claim.company);

  const claimedAt = performance.now();
  if (claim.waited === undefined) metrics.takenOver();
  else metrics.claimed(claim.waited / 1_000);
  using attempt = openAttempt(deps, claim, shutdown);
  attempt.log.info({ worker, fencingToken: claim.fencingToken }, 'provisioning started');
  const outcome = await provision(attempt).catch((error) => endAttempt(attempt, error));
  metrics.attemptEnded(outcome, (performance.now() - claimedAt) / 1_000);
  return true;
}

async function claimInTime(
  { db, worker, times, liveness }: AttemptDeps,
  id: CompanyId,
  shutdown: AbortSignal,
): Promise<Claim | undefined> {
  using life = liveness.watch('claim', turnLimit);
  return await claimCompany(db, id, worker, times, shutdown, life.goesOn);
}

async function provision(attempt: Attempt): Promise<AttemptOutcome> {
  const plan = attempt.plan();
  await runSteps(attempt);
  await attempt.printed.close(logLimit);
  await attempt.record.move(toActive(plan));
  attempt.log.info('company is active');
  return 'ACTIVE';
}
