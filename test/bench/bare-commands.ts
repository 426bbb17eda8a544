import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SitePlan } from '../../src/provisioning/site-host.ts';

/**
 * Makes a site with the commands that a person would type on the bench, secrets on the command line and all.
 * Resolves to how long each took, in milliseconds, by the names of our steps; the site is dropped again.
 */
export async function bareCommands(bench: string, plan: SitePlan): Promise<ReadonlyMap<string, number>> {
  const python = async (words: readonly string[]): Promise<number> => {
    const begin = performance.now();
    const child = spawn(join(bench, 'env/bin/python'), words, { cwd: join(bench, 'sites'), stdio: 'ignore' });
    const [code] = await once(child, 'close');
    assert.equal(code, 0, words.join(' '));
    return performance.now() - begin;
  };
  const frappe = (...words: string[]) => python(['-m', 'frappe.utils.bench_helper', 'frappe', ...words]);
  const { siteName } = plan;
  const database = siteName.replaceAll(/\W/g, '_');

  const took = new Map([
    ['create-site', await frappe('new-site', siteName, '--db-name', database, '--admin-password', 'bare-pass')],
  ]);
  for (const app of plan.apps) took.set(`install-app:${app}`, await frappe('--site', siteName, 'install-app', app));
  took.set('set-up-company', await python(['-c', wizard, siteName, JSON.stringify(wizardArguments(plan))]));
  const archive = await mkdtemp(join(tmpdir(), 'dropped-'));
  await frappe('drop-site', siteName, '--no-backup', '--force', '--archived-sites-path', archive);
  await rm(archive, { recursive: true });
  return took;
}

function wizardArguments(plan: SitePlan): object {
  return {
    ...{ language: 'English', country: plan.country, timezone: 'America/New_York', currency: plan.defaultCurrency },
    ...{ full_name: 'Ada', email: plan.adminEmail, password: plan.adminPassword },
    ...{ company_name: plan.companyName, company_abbr: plan.companyAbbr, chart_of_accounts: 'Standard' },
    ...{ fy_start_date: '2026-01-01', fy_end_date: '2026-12-31' },
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
