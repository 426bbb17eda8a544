import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type CreateCompanyInput, ProvisioningOptionsDocument } from '../src/client/operations.ts';
import { checkCompanyRequest } from '../src/company/company-request.ts';
import { openTestService, requestFor } from './support/test-service.ts';

const { clientOf } = await openTestService(
  { after },
  { parts: { api: true, worker: false }, env: { SITE_DOMAINS: 'localhost,sites.example' } },
);

test('a company can be requested with every app, country, currency, time zone, language and suffix that is offered', async () => {
  const jane = await clientOf('jane', 'customer');
  const { provisioningOptions: offered } = await jane.execute(ProvisioningOptionsDocument, {});
  const { apps, countries, currencies, timeZones, languages, domainSuffixes } = offered;
  assert.deepEqual(languages, ['en', 'de', 'es']);
  assert.deepEqual(domainSuffixes, ['localhost', 'sites.example']);
  assert.deepEqual(
    [countries.length, countries.find(({ code }) => code === 'DE')],
    [249, { code: 'DE', name: 'Germany', timeZone: 'Europe/Berlin', currency: 'EUR' }],
  );
  assert.deepEqual(
    currencies.find(({ code }) => code === 'EUR'),
    { code: 'EUR', name: 'Euro' },
  );

  const names = apps.map(({ name }) => name);
  const requests: Partial<CreateCompanyInput>[] = [
    { apps: names },
    ...countries.flatMap(({ code, name, timeZone, currency }) => [
      { country: code, ...(currency === null ? {} : { defaultCurrency: currency }) },
      { country: name, timeZone },
    ]),
    ...currencies.map(({ code }) => ({ defaultCurrency: code })),
    ...timeZones.map((timeZone) => ({ timeZone })),
    ...languages.map((locale) => ({ locale })),
    ...domainSuffixes.map((suffix) => ({ domain: `acme.${suffix}` })),
  ];
  const refused = requests.filter(
    (request) => !checkCompanyRequest(requestFor('acme.localhost', request), names, [], domainSuffixes).ok,
  );
  assert.deepEqual(refused, []);
});

test('a country’s currency is what is legal tender there now, its own before a neighbour’s', async () => {
  const { countries } = (await (await clientOf('jane', 'customer')).execute(ProvisioningOptionsDocument, {}))
    .provisioningOptions;
  const currencyOf = (code: string) => countries.find((country) => country.code === code)?.currency;
  const expected = { US: 'USD', BG: 'EUR', HR: 'EUR', LS: 'LSL', PA: 'PAB', SV: 'USD', CW: 'XCG', ZW: 'ZWG' };
  for (const [code, currency] of Object.entries(expected)) assert.equal(currencyOf(code), currency, code);
  assert.deepEqual(
    countries.filter(({ currency }) => currency === null).map(({ code }) => code),
    ['AQ'],
  );
});

test('what is offered as the default is installed when a request leaves the apps out', async () => {
  const jane = await clientOf('jane', 'customer');
  const { apps } = (await jane.execute(ProvisioningOptionsDocument, {})).provisioningOptions;
  const names = apps.map(({ name }) => name);
  const checked = checkCompanyRequest(requestFor('acme.localhost'), names);
  assert.ok(checked.ok);
  assert.deepEqual(
    apps.filter(({ isDefault }) => isDefault).map(({ name }) => name),
    checked.company.apps,
  );
});
