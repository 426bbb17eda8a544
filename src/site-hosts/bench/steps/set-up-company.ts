import { countryFor } from '../../../company/countries.ts';
import { oldestName } from '../../../company/time-zone.ts';
import type { SiteStep } from '../../../provisioning/site-host.ts';
import { benchProgress } from '../bench-progress.ts';
import type { BenchSite } from '../bench-site.ts';
import { fiscalYear } from '../fiscal-year.ts';
import * as protocol from '../protocol.ts';
import { unlessTaken } from './create-site.ts';

const name = 'set-up-company';

/** Frappe's setup wizard with every field of the request: nothing else creates the company and its administrator. */
export const setUpCompany = (site: BenchSite): SiteStep => ({
  name,
  title: 'Setting up the company',
  completed: 'Company set up',
  weight: 20,
  check: (signal) => site.isFinished(name, signal),
  async run({ signal, progress, waitsFor, print }) {
    await site.ask(
      protocol.setUpCompany,
      { wizard: wizardArguments(site), password: site.plan.adminPassword },
      {
        signal,
        waitsFor,
        print,
        onLine: benchProgress(progress),
        otherwise: { reason: 'SET_UP_FAILED', message: 'The company could not be set up on its site.' },
      },
    );
  },
  verify: (signal) =>
    site.expectFinished(name, 'The bench reported that the company was set up, but it is not.', signal),
  undo: (signal) => site.forget(name, signal).catch(unlessTaken),
});

function wizardArguments({ plan, timeZone }: BenchSite): protocol.WizardArguments {
  const year = fiscalYear(plan.country, todayIn(timeZone));
  return {
    language: 'English',
    country: plan.country,
    country_code: countryFor(plan.country)?.code ?? '',
    time_zone_names: [timeZone, oldestName(timeZone)],
    currency: plan.defaultCurrency,
    full_name: plan.adminEmail.split('@')[0] ?? '',
    email: plan.adminEmail,
    company_name: plan.companyName,
    company_abbr: plan.companyAbbr,
    chart_of_accounts: 'Standard',
    fy_start_date: year.start,
    fy_end_date: year.end,
    enable_telemetry: 0,
    setup_demo: 0,
  };
}

/** `YYYY-MM-DD`, which Swedish dates are. */
const todayIn = (timeZone: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone }).format();
