import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acme, ever, make, makeUpTo, stepOf } from '../support/site-plan.ts';
import { bareWizard } from './bare-commands.ts';
import { noRealBench, openRealBench, path } from './real-bench.ts';
import { differences, fieldsOf } from './site-fields.ts';

/** Countries and their currencies: those that ERPNext prepares sites for in its own way, and others of every continent. */
const currencies = {
  ...{ 'United States': 'USD', Germany: 'EUR', France: 'EUR', Italy: 'EUR', Spain: 'EUR', 'United Kingdom': 'GBP' },
  ...{ India: 'INR', 'United Arab Emirates': 'AED', 'Saudi Arabia': 'SAR', 'South Africa': 'ZAR', Brazil: 'BRL' },
  ...{ Mexico: 'MXN', Canada: 'CAD', Australia: 'AUD', Japan: 'JPY', Kenya: 'KES', Switzerland: 'CHF', Poland: 'PLN' },
  ...{ Singapore: 'SGD', Egypt: 'EGP', Netherlands: 'EUR', Turkey: 'TRY' },
};

describe('a site that our set-up has set up equals one of Frappe’s own wizard', { skip: noRealBench }, () => {
  for (const [country, defaultCurrency] of Object.entries(currencies)) {
    test(`field by field: ${country}`, { timeout: 1_800_000 }, async (t) => {
      const { host, newSiteName } = openRealBench(t, { templates: true });
      const apps = await host.offeredApps();
      const plans = [1, 2].map(() => ({ ...acme, apps, country, defaultCurrency, siteName: newSiteName() }));
      const [ours = acme, bare = acme] = plans;
      await Promise.all(plans.map((plan) => makeUpTo(host, plan, 'set-up-company')));
      const wizard = bareWizard(path, bare);
      const begin = performance.now();
      await stepOf(host, ours, 'set-up-company').run({ signal: ever, progress() {} });
      const took = performance.now() - begin;
      t.diagnostic(`ours ${(took / 1_000).toFixed(1)} s, bare ${((await wizard) / 1_000).toFixed(1)} s`);
      const found = await fieldsOf(ours.siteName);
      assert.deepEqual(differences(found, await fieldsOf(bare.siteName)), { missing: [], unexpected: [] });
      t.diagnostic(`${found.length} rows are equal`);
      // Verified sites leave their template to the next ones.
      await make(host, ours);
    });
  }
});
