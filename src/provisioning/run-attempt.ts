import type { CompanyId } from '../company/company-id.ts';
import type { Notifier } from '../company/notifier.ts';
import { ownerName } from '../company/owner-name.ts';
import type { Db } from '../company/tables.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { scrub } from '../secrets/scrub.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { attemptRecord } from './attempt-record.ts';
import { type Hold, openAttemptSignals } from './attempt-signals.ts';
import { type Attempt, type AttemptOutcome, endWithout, madeBefore, toActive } from './end-attempt.ts';
import { type Claim, claimCompany, type LeaseTimes } from './lease.ts';
import { runSteps } from './run-steps.ts';
import type { SiteHost, SitePlan } from './site-host.ts';

export interface AttemptDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly secrets: SecretBox;
  readonly host: SiteHost;
  readonly times: LeaseTimes;
  /** This worker's name in leases and logs. */
  readonly worker: string;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/**
 * How long after its deadline an attempt is over, in milliseconds: stopped or rolled back, and handed back although the
 * database is unavailable.
 */
const endLimit = 240_000;

/**
 * Provisions a company that waits: claims it, takes the host's steps one after the other and ends the attempt as ACTIVE
 * or FAILED. Does nothing when the company does not wait or another worker holds it. When `shutdown` aborts, the
 * company is handed back for another worker. Resolves to whether it was ours to work on.
 */
export async function runAttempt(deps: AttemptDeps, id: CompanyId, shutdown: AbortSignal): Promise<boolean> {
  const { db, notifier, times, worker, metrics, liveness } = deps;
  const claim = await claimInTime(deps, id, shutdown);
  if (!claim) return false;
  notifier.changed(id);

  const claimedAt = performance.now();
  if (claim.waited === undefined) metrics.takenOver();
  else metrics.claimed(claim.waited / 1_000);
  const log = deps.log.child({ companyId: id, attempt: claim.company.attempt });
  log.info({ worker, fencingToken: claim.fencingToken }, 'provisioning started');
  using _attempt = liveness.watch('attempt', claim.remaining + endLimit);
  using hold = openAttemptSignals(db, claim, { times, shutdown, liveness });
  const outcome = await work(deps, claim, hold, log);
  metrics.attemptEnded(outcome, (performance.now() - claimedAt) / 1_000);
  notifier.owed(id);
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

/** Takes the steps and ends the attempt; resolves to what it came to. */
async function work(deps: AttemptDeps, claim: Claim, hold: Hold, log: Log): Promise<AttemptOutcome> {
  const { db, notifier, times, metrics } = deps;
  const record = attemptRecord(db, notifier, claim, hold.held);
  let attempt: Attempt = { db, notifier, times, claim, record, held: hold.held, log, steps: [], clean: scrub };
  try {
    const plan = sitePlan(deps.secrets, claim);
    const clean = (text: string): string => scrub(text, plan.adminPassword);
    attempt = { ...attempt, clean, steps: deps.host.steps(plan) };
    await runSteps(attempt.steps, { record, clean, signal: hold.work, metrics, log });
    await record.move(toActive(plan));
    log.info('company is active');
    return 'ACTIVE';
  } catch (error) {
    return await endWithout(error, attempt);
  }
}

function sitePlan(secrets: SecretBox, { company, fencingToken }: Claim): SitePlan {
  return {
    companyId: company.id,
    owner: ownerName(company),
    adoptSince: madeBefore(company) ? company.created_at : undefined,
    fencingToken,
    siteName: company.site_name,
    companyName: company.company_name,
    companyAbbr: company.company_abbr,
    adminEmail: company.admin_email,
    adminPassword: secrets.open(company.sealed_password ?? '', company.site_name),
    defaultCurrency: company.default_currency,
    country: company.country,
    ...(company.time_zone === null ? {} : { timeZone: company.time_zone }),
    apps: company.apps,
  };
}
