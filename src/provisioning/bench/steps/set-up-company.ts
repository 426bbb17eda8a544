import { countryFor } from '../../../company/countries.ts';
import { SiteHostError, type SiteStep } from '../../site-host.ts';
import type { BenchSite } from '../bench-site.ts';
import { fiscalYear } from '../fiscal-year.ts';
import { unlessTaken } from './create-site.ts';

const name = 'set-up-company';

/** Frappe's setup wizard with every field of the request: it alone makes the company and its administrator real. */
export const setUpCompany = (site: BenchSite): SiteStep => ({
  name,
  title: 'Set up the company',
  weight: 20,
  check: (signal) => site.isFinished(name, signal),
  async run({ signal }) {
    await site.ask(
      'set_up_company',
      { wizard: wizardArguments(site) },
      { signal, otherwise: { reason: 'SET_UP_FAILED', message: 'The company could not be set up on its site.' } },
    );
  },
  async verify(signal) {
    if (!(await site.isFinished(name, signal))) {
      throw new SiteHostError('VERIFICATION_FAILED', 'The bench said that the company was set up, but it is not.');
    }
  },
  undo: (signal) => site.forget(name, signal).catch(unlessTaken),
});

/** What `setup_complete` takes (frappe/desk/page/setup_wizard, erpnext/setup/setup_wizard); the bench adds the country's time zone. */
function wizardArguments({ plan, timeZone }: BenchSite): object {
  const year = fiscalYear(plan.country, new Date());
  return {
    language: 'English',
    country: plan.country,
    country_code: countryFor(plan.country)?.code ?? '',
    ...(timeZone === undefined ? {} : { timezone: timeZone }),
    currency: plan.defaultCurrency,
    full_name: plan.adminEmail.split('@')[0],
    email: plan.adminEmail,
    password: plan.adminPassword,
    company_name: plan.companyName,
    company_abbr: plan.companyAbbr,
    chart_of_accounts: 'Standard',
    fy_start_date: year.start,
    fy_end_date: year.end,
    enable_telemetry: 0,
    setup_demo: 0,
  };
}
