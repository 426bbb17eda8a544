import { countryFor } from '../../../company/countries.ts';
import { oldestName } from '../../../company/time-zone.ts';
import { SiteHostError, type SiteStep } from '../../../provisioning/site-host.ts';
import type { BenchSite } from '../bench-site.ts';
import * as protocol from '../protocol.ts';
import { SiteServerFailed, visitSite } from '../visit-site.ts';

/** Checks the whole site as a customer will find it. */
export const verifySite = (site: BenchSite): SiteStep => ({
  name: 'verify',
  title: 'Verifying the site',
  completed: 'Site verified',
  weight: 2,
  // Only looking again shows it; the run does that.
  async check(signal) {
    signal.throwIfAborted();
    return false;
  },
  async run({ signal, print }) {
    // Here, since no other step runs when everything exists already, and the address may have changed since.
    await site.ask(protocol.setAddress, { address: site.address }, { signal, print });
    // Both only look, so neither waits for the other; what the bench finds says more than a refused log-in.
    const [found, visited] = await Promise.allSettled([faultsOf(site, signal), visit(site, signal)]);
    const faults = unwrap(found);
    print?.(faults.length === 0 ? 'The site is as requested.' : 'The site is not as requested:');
    for (const fault of faults) print?.(fault);
    if (faults.length > 0) {
      throw new SiteHostError('VERIFICATION_FAILED', 'The site was created, but it is not as requested.', {
        detail: faults.join('\n'),
      });
    }
    await confirm(visited, site, signal);
    await site.ask(protocol.settleSite, {}, { signal, print });
  },
  async verify() {
    // The run is the verification.
  },
  async undo() {
    // It has no effect to undo.
  },
});

async function visit({ webUrl, plan }: BenchSite, signal: AbortSignal): Promise<void> {
  if (webUrl !== undefined) await visitSite(webUrl, plan, signal);
}

/** A server that failed is visited again, unless the bench now reports what both of them need as unavailable. */
async function confirm(visited: PromiseSettledResult<void>, site: BenchSite, signal: AbortSignal): Promise<void> {
  if (visited.status === 'fulfilled' || !(visited.reason instanceof SiteServerFailed)) return unwrap(visited);
  await faultsOf(site, signal);
  await visit(site, signal);
}

/** What was looked for; throws what went wrong. */
function unwrap<Value>(outcome: PromiseSettledResult<Value>): Value {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

async function faultsOf(site: BenchSite, signal: AbortSignal): Promise<string[]> {
  const { plan } = site;
  // Frappe keeps user names in lower case.
  const login = { email: plan.adminEmail.toLowerCase(), password: plan.adminPassword };
  const country = { name: plan.country, code: countryFor(plan.country)?.code ?? '' };
  const found = await site.ask(protocol.inspect, { ...login, country }, { signal });
  const faults: string[] = [];
  const expect = (what: string, actual: unknown, wanted: unknown): void => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
    if (is !== should) faults.push(`${what} is ${is} and should be ${should}`);
  };
  expect('the existence of the site', found.exists, true);
  if (!found.exists) return faults;

  expect('the list of apps', found.apps.toSorted(), plan.apps.toSorted());
  if (found.apps.includes('erpnext')) {
    const company = found.companies.find(({ name }) => name === plan.companyName);
    expect('the company', company, {
      name: plan.companyName,
      abbr: plan.companyAbbr,
      default_currency: plan.defaultCurrency,
      country: found.spelledCountry,
    });
    // An interrupted wizard leaves a company without them.
    for (const [what, isThere] of Object.entries(found.defaults)) expect(what, isThere, true);
  } else {
    expect('the name that the site shows', found.appName, plan.companyName);
  }
  expect('the country', found.country, found.spelledCountry);
  if (found.timeZone !== oldestName(site.timeZone)) expect('the time zone', found.timeZone, site.timeZone);
  expect('the set-up', found.setUp, true);
  expect('the scheduler', found.schedulerRuns, true);
  expect('the mode of site_config.json', found.configMode, '0o600');
  expect('the address in the site’s own mails', found.address, site.address);
  expect('a link in the site’s own mails', found.link, `${site.address}/update-password`);
  expect('the administrator’s log-in', found.userCanLogIn, true);
  expect('the administrator’s role', found.isSystemManager, true);
  return faults;
}
