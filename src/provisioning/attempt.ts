import type { Notifier } from '../company/notifier.ts';
import { ownerName } from '../company/owner-name.ts';
import type { CompanyRow, Db } from '../company/tables.ts';
import type { Liveness } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { scrub } from '../secrets/scrub.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type AttemptRecord, attemptRecord } from './attempt-record.ts';
import { type AttemptSignals, openAttemptSignals } from './attempt-signals.ts';
import type { Claim, LeaseTimes } from './lease.ts';
import { openProvisioningLog, type ProvisioningLog } from './provisioning-log.ts';
import type { SiteHost, SitePlan, SiteStep } from './site-host.ts';

/** What a worker runs attempts with. */
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

/** One attempt to provision a company, as the worker that claimed it carries it from the claim to its end. */
export interface Attempt extends Disposable {
  readonly company: CompanyRow;
  readonly signals: AttemptSignals;
  /** The only way in which an attempt changes its company. */
  readonly record: AttemptRecord;
  /** What the host prints. */
  readonly printed: Pick<ProvisioningLog, 'print' | 'close'>;
  /** How long an attempt may take in all, in milliseconds. */
  readonly timeLimit: number;
  /** Opens the password and asks the host how the site is made. */
  plan(): SitePlan;
  /** The host's steps; none until `plan` has succeeded. */
  readonly steps: readonly SiteStep[];
  /** Text from a host, without this attempt's secrets. */
  scrub(text: string): string;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * How long after its deadline an attempt is over, in milliseconds: stopped or rolled back, and released although the
 * database is unavailable.
 */
const endLimit = 240_000;

/** The attempt under `claim`; its lease is kept until it is disposed of. */
export function openAttempt(deps: AttemptDeps, claim: Claim, shutdown: AbortSignal): Attempt {
  const { db, notifier, secrets, host, times, metrics, liveness } = deps;
  const { company } = claim;
  const log = deps.log.child({ companyId: company.id, attempt: company.attempt });
  const watched = liveness.watch('attempt', claim.remaining + endLimit);
  const signals = openAttemptSignals(db, claim, { times, shutdown, liveness });
  const provisioningLog = openProvisioningLog({ db, notifier, log }, claim);
  let site: SitePlan | undefined;
  let steps: readonly SiteStep[] = [];
  return {
    company,
    signals,
    record: attemptRecord(db, notifier, claim, signals.ownership),
    printed: {
      print: (step, line, known) => provisioningLog.print(step, line, site ? [site.adminPassword, ...known] : known),
      close: provisioningLog.close,
    },
    timeLimit: times.attempt,
    plan() {
      site = sitePlan(secrets, claim);
      steps = host.steps(site);
      return site;
    },
    get steps() {
      return steps;
    },
    scrub: (text) => scrub(text, site?.adminPassword),
    metrics,
    log,
    [Symbol.dispose]() {
      provisioningLog[Symbol.dispose]();
      signals[Symbol.dispose]();
      watched[Symbol.dispose]();
    },
  };
}

/** An earlier claim or attempt went beyond the preflight, so part of a site may exist. */
export const madeBefore = ({ steps }: Pick<CompanyRow, 'steps'>): boolean =>
  steps.slice(1).some(({ state }) => state !== 'WAITING');

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
