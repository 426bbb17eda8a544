import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countryFor } from '../../src/company/countries.ts';
import type { SitePlan } from '../../src/provisioning/site-host.ts';
import { fiscalYear } from '../../src/site-hosts/bench/fiscal-year.ts';

/**
 * Makes a site with the commands that a person would type on the bench, secrets on the command line and all.
 * Resolves to how long each took, in milliseconds, by the names of our steps; the site is dropped again.
 */
export async function bareCommands(bench: string, plan: SitePlan): Promise<ReadonlyMap<string, number>> {
  const frappe = (...words: string[]) => python(bench, ['-m', 'frappe.utils.bench_helper', 'frappe', ...words]);
  const { siteName } = plan;
  const database = siteName.replaceAll(/\W/g, '_');

  const took = new Map([
    ['create-site', await frappe('new-site', siteName, '--db-name', database, '--admin-password', 'bare-pass')],
  ]);
  for (const app of plan.apps) took.set(`install-app:${app}`, await frappe('--site', siteName, 'install-app', app));
  took.set('set-up-company', await bareWizard(bench, plan));
  const archive = await mkdtemp(join(tmpdir(), 'dropped-'));
  await frappe('drop-site', siteName, '--no-backup', '--force', '--archived-sites-path', archive);
  await rm(archive, { recursive: true });
  return took;
}

/** Frappe's own setup wizard on an existing site; how long it took, in milliseconds. */
export const bareWizard = (bench: string, plan: SitePlan): Promise<number> =>
  python(bench, ['-c', wizard, plan.siteName, JSON.stringify(wizardArguments(plan))]);

async function python(bench: string, words: readonly string[]): Promise<number> {
  const begin = performance.now();
  const child = spawn(join(bench, 'env/bin/python'), words, { cwd: join(bench, 'sites'), stdio: 'ignore' });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, words.join(' '));
  return performance.now() - begin;
}

function wizardArguments(plan: SitePlan): object {
  const { start, end } = fiscalYear(plan.country, new Date().toISOString().slice(0, 10));
  return {
    ...{ language: 'English', country: plan.country, timezone: countryFor(plan.country)?.timeZone },
    ...{ currency: plan.defaultCurrency, full_name: plan.adminEmail.split('@')[0], email: plan.adminEmail },
    ...{ password: plan.adminPassword, company_name: plan.companyName, company_abbr: plan.companyAbbr },
    ...{ chart_of_accounts: 'Standard', fy_start_date: start, fy_end_date: end, enable_telemetry: 0, setup_demo: 0 },
  };
}

const wizard = `
import sys, frappe
frappe.init(site=sys.argv[1], sites_path='.')
frappe.connect()
frappe.set_user('Administrator')
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
setup_complete(sys.argv[2])
frappe.db.commit()
`;
