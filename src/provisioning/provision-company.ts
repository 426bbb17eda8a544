import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bell } from '../company/bell.ts';
import type { CompanyId } from '../company/company-id.ts';
import type { SecretBox } from '../company/secret-box.ts';
import type { Log } from '../log.ts';
import { attemptRecord } from './attempt-record.ts';
import { endWithout, toActive } from './end-attempt.ts';
import { holdCompany } from './hold.ts';
import { type Claim, claimCompany, type LeaseTimes } from './lease.ts';
import type { SiteHost, SitePlan } from './site-host.ts';
import { takeSteps } from './take-steps.ts';

export interface ProvisioningDeps {
  readonly em: SqlEntityManager;
  readonly bell: Bell;
  readonly secrets: SecretBox;
  readonly host: SiteHost;
  readonly times: LeaseTimes;
  /** This worker's name in leases and logs. */
  readonly worker: string;
  readonly log: Log;
}

/**
 * Provisions a company that waits: claims it, takes the host's steps one after the other and ends the attempt as ACTIVE
 * or FAILED. Does nothing when the company does not wait or another worker holds it. When `shutdown` aborts, the
 * company is handed back for another worker.
 */
export async function provisionCompany(deps: ProvisioningDeps, id: CompanyId, shutdown: AbortSignal): Promise<void> {
  const { em, bell, host, times, worker } = deps;
  const claim = await claimCompany(em, id, worker, times);
  if (!claim) return;
  bell.changed(id);

  const log = deps.log.child({ companyId: id, attempt: claim.company.attempt });
  log.info({ worker, fencingToken: claim.fencingToken }, 'provisioning started');
  const record = attemptRecord(em, bell, claim);
  const plan = sitePlan(deps.secrets, claim);
  const steps = host.steps(plan);
  const hold = holdCompany(em, claim, times, shutdown);
  try {
    await takeSteps(record, steps, hold.work, log);
    await record.move(toActive(plan));
    log.info('company is active');
  } catch (error) {
    await endWithout(error, { em, bell, times, claim, record, plan, steps, held: hold.held, log });
  } finally {
    hold.close();
  }
  bell.owed(id);
}

function sitePlan(secrets: SecretBox, { company, fencingToken }: Claim): SitePlan {
  return {
    companyId: company.id,
    fencingToken,
    siteName: company.site_name,
    companyName: company.company_name,
    companyAbbr: company.company_abbr,
    adminEmail: company.admin_email,
    adminPassword: secrets.open(company.sealed_password ?? '', company.site_name),
    defaultCurrency: company.default_currency,
    country: company.country,
    apps: company.apps,
  };
}
