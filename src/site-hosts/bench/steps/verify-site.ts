import { countryFor } from '../../../company/countries.ts';
import { oldestName } from '../../../company/time-zone.ts';
import { SiteHostError, type SiteStep } from '../../../provisioning/site-host.ts';
import type { BenchSite } from '../bench-site.ts';
import { visitSite } from '../visit-site.ts';

/** Looks at the whole site as a customer will find it. */
export const verifySite = (site: BenchSite): SiteStep => ({
  name: 'verify',
  title: 'Open the site and log in',
  weight: 2,
  // Looking again is the only way to know; the run does it.
  async check(signal) {
    signal.throwIfAborted();
    return false;
  },
  async run({ signal }) {
    // Here, since no other step runs when everything is there already, and the address may have changed since.
    await site.ask('set_address', { address: site.address }, { signal });
    const faults = await faultsOf(site, signal);
    if (faults.length > 0) {
      throw new SiteHostError('VERIFICATION_FAILED', 'The site was made, but it is not as it was asked for.', {
        detail: faults.join('\n'),
      });
    }
    if (site.webUrl !== undefined) await visitSite(site.webUrl, site.plan, signal);
    await site.ask('settle_site', {}, { signal });
  },
  async verify() {
    // The run is the verification.
  },
  async undo() {
    // It has no effect to take back.
  },
});

async function faultsOf(site: BenchSite, signal: AbortSignal): Promise<string[]> {
  const { plan } = site;
  // Frappe keeps user names in lower case.
  const login = { email: plan.adminEmail.toLowerCase(), password: plan.adminPassword };
  const country = { name: plan.country, code: countryFor(plan.country)?.code ?? '' };
  const found = await site.ask('inspect', { ...login, country }, { signal });
  const faults: string[] = [];
  const expect = (what: string, actual: unknown, wanted: unknown): void => {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
    if (is !== should) faults.push(`${what} is ${is} and should be ${should}`);
  };
  expect('the site', found['exists'], true);
  if (found['exists'] !== true) return faults;

  const apps = found['apps'] as readonly string[];
  expect('the list of apps', [...apps].sort(), [...plan.apps].sort());
  if (apps.includes('erpnext')) {
    const company = (found['companies'] as readonly Record<string, unknown>[]).find(
      (row) => row['name'] === plan.companyName,
    );
    expect('the company', company, {
      name: plan.companyName,
      abbr: plan.companyAbbr,
      default_currency: plan.defaultCurrency,
      country: found['spelledCountry'],
    });
    // A wizard that was stopped half-way leaves a company without them.
    for (const [what, isThere] of Object.entries(found['defaults'] as object)) expect(what, isThere, true);
  } else {
    expect('the name that the site shows', found['appName'], plan.companyName);
  }
  expect('the country', found['country'], found['spelledCountry']);
  if (found['timeZone'] !== oldestName(site.timeZone)) expect('the time zone', found['timeZone'], site.timeZone);
  expect('the set-up', found['setUp'], true);
  expect('the scheduler', found['schedulerRuns'], true);
  expect('the mode of site_config.json', found['configMode'], '0o600');
  expect('the address in the site’s own mails', found['address'], site.address);
  expect('a link in the site’s own mails', found['link'], `${site.address}/update-password`);
  expect('the administrator’s log-in', found['userCanLogIn'], true);
  expect('the administrator’s role', found['isSystemManager'], true);
  return faults;
}
