import { defaultAppsOf, requestableApps } from '../src/company/company-request.ts';
import { type Country, countries } from '../src/company/countries.ts';
import { currencies } from '../src/company/currencies.ts';
import { timeZones } from '../src/company/time-zone.ts';
import { offeredLanguages } from '../src/language/language.ts';
import { builder } from './builder.ts';

interface AppOption {
  readonly name: string;
  readonly isDefault: boolean;
}

const AppOptionObject = builder.objectRef<AppOption>('AppOption').implement({
  description: 'An app that can be installed on a site.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, as `apps` of a request has it.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Installed when a request leaves `apps` out.' }),
  }),
});

const CountryOptionObject = builder.objectRef<Country>('CountryOption').implement({
  description: 'A country of ISO 3166-1.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Its alpha-2 code, e.g. `DE`.' }),
    name: t.exposeString('name', { description: 'Its English name as Frappe spells it, e.g. `Germany`.' }),
    timeZone: t.exposeString('timeZone', {
      description: 'The time zone of its sites, unless a request names another one: that of its capital.',
    }),
    currency: t.exposeString('currency', {
      nullable: true,
      description:
        'Its legal tender today (CLDR), as a form may suggest it for `defaultCurrency`; null for Antarctica. A request names its currency itself.',
    }),
  }),
});

interface CurrencyOption {
  readonly code: string;
  readonly name: string;
}

const CurrencyOptionObject = builder.objectRef<CurrencyOption>('CurrencyOption').implement({
  description: 'An active currency of ISO 4217.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Its code, e.g. `EUR`.' }),
    name: t.exposeString('name', { description: 'Its English name in CLDR, e.g. `Euro`.' }),
  }),
});

const englishName = new Intl.DisplayNames('en', { type: 'currency' });
const currencyOptions = currencies().map((code): CurrencyOption => ({ code, name: englishName.of(code) ?? code }));

interface ProvisioningOptions {
  /** Those of the site host. */
  readonly offered: readonly string[];
}

const ProvisioningOptionsObject = builder.objectRef<ProvisioningOptions>('ProvisioningOptions').implement({
  description: 'What a form for a new company needs. `checkCompany` checks what was filled in.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    apps: t.field({
      type: [AppOptionObject],
      resolve: ({ offered }) => {
        const installed = defaultAppsOf(offered);
        return requestableApps(offered).map((name) => ({ name, isDefault: installed.includes(name) }));
      },
      description: 'The apps to choose from. Every site has `frappe` besides them.',
    }),
    countries: t.field({
      type: [CountryOptionObject],
      resolve: () => countries(),
      description: 'The countries, by code.',
    }),
    currencies: t.field({
      type: [CurrencyOptionObject],
      resolve: () => currencyOptions,
      description: 'The currencies, by code.',
    }),
    timeZones: t.stringList({
      resolve: () => timeZones(),
      description: 'The time zones of the IANA tz database, by name; a request may use their aliases too.',
    }),
    languages: t.stringList({
      resolve: () => offeredLanguages,
      description:
        'The languages in which customers are written to, as tags for `locale`; for any other they read English.',
    }),
    domainSuffixes: t.stringList({
      resolve: (_options, _args, { siteDomains }) => siteDomains,
      description: 'The domains below which a site’s domain must be, without a leading dot; any when empty.',
    }),
  }),
});

builder.queryField('provisioningOptions', (t) =>
  t.field({
    type: ProvisioningOptionsObject,
    description:
      'What can be requested with `createCompany`, now. The countries, currencies and time zones change rarely.',
    authScopes: { scope: 'companies:read' },
    resolve: async (_root, _args, { apps }) => ({ offered: await apps() }),
  }),
);
