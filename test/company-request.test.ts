import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CheckedCompany, type CompanyRequest, checkCompanyRequest } from '../src/company/company-request.ts';
import { countries, countryFor } from '../src/company/countries.ts';
import { isCurrency } from '../src/company/currencies.ts';
import { parseMailAddress } from '../src/company/mail-address.ts';
import { parseSiteName } from '../src/company/site-name.ts';
import { oldestName } from '../src/company/time-zone.ts';
import { badInputs, loneSurrogates, offeredApps, validInput } from './support/bad-inputs.ts';

const defaultApps = ['erpnext'];
const check = (input: Partial<CompanyRequest>) => checkCompanyRequest({ ...validInput, ...input }, offeredApps);

function accepted(input: Partial<CompanyRequest>): CheckedCompany {
  const checked = check(input);
  if (checked.ok) return checked.company;
  throw new assert.AssertionError({ message: JSON.stringify(checked.faults) });
}

describe('invalid requests', () => {
  const byFieldAndCode = (faults: readonly { field: string; code: string }[]): string[] =>
    faults.map(({ field, code }) => `${field} ${code}`).sort();

  for (const { title, input, expect } of [...badInputs, ...loneSurrogates]) {
    test(title, () => {
      const checked = check(input);
      assert.equal(checked.ok, false);
      if (!checked.ok) assert.deepEqual(byFieldAndCode(checked.faults), byFieldAndCode(expect));
    });
  }

  test('the table of faults has each title once', () => {
    assert.equal(new Set(badInputs.map(({ title }) => title)).size, badInputs.length);
  });

  test('every fault is a complete plain sentence on one line', () => {
    for (const { input } of badInputs) {
      const checked = check(input);
      if (!checked.ok) for (const { message } of checked.faults) assert.match(message, /^[A-Z][ -~]{10,200}\.$/);
    }
  });

  test('no message quotes the request, least of all its password', () => {
    const canary = 'Canary-7f3a';
    const everywhere = check({
      companyName: `<${canary}>`,
      companyAbbr: canary,
      adminEmail: canary,
      adminPassword: `${canary}\n`,
      defaultCurrency: canary,
      country: canary,
      timeZone: canary,
      locale: `${canary} `,
      domain: canary,
      apps: [canary, canary],
      customerEmail: canary,
      externalReference: `${canary}\n`,
      metadata: [{ key: `${canary}\n`, value: canary }],
      idempotencyKey: `${canary} `,
    });
    assert.equal(everywhere.ok, false);
    assert.equal(everywhere.ok || everywhere.faults.length, 15);
    for (const password of [canary.slice(0, 7), `${canary}\n`, canary.repeat(100)]) {
      const checked = check({ adminPassword: password });
      assert.equal(checked.ok, false);
      assert.doesNotMatch(JSON.stringify([checked, everywhere]), /canary/i);
    }
  });
});

describe('valid requests', () => {
  test('a request in normal form is stored unchanged', () => {
    const { domain, ...rest } = validInput;
    assert.deepEqual(accepted({}), { ...rest, siteName: domain });
  });

  test('null and missing optional fields become the default apps or nothing', () => {
    const expected = {
      apps: defaultApps,
      timeZone: null,
      locale: null,
      customerEmail: null,
      externalReference: null,
      metadata: [],
      idempotencyKey: null,
    };
    for (const nothing of [null, undefined]) {
      const optional = Object.fromEntries(Object.keys(expected).map((field) => [field, nothing]));
      assert.deepEqual(accepted(optional), { ...accepted({}), ...expected });
    }
  });

  test('an empty list of apps is stored as such', () => assert.deepEqual(accepted({ apps: [] }).apps, []));

  test('apps are stored in the requested order', () => {
    assert.deepEqual(accepted({ apps: ['hrms', 'erpnext'] }).apps, ['hrms', 'erpnext']);
  });

  test('metadata is stored in the order of its keys', () => {
    const [plan, seats] = [
      { key: 'plan', value: 'gold' },
      { key: 'seats', value: '' },
    ];
    assert.deepEqual(accepted({ metadata: [seats, plan] }).metadata, [plan, seats]);
  });

  test('a reference and metadata may be as long as documented, in any script', () => {
    const metadata = Array.from({ length: 20 }, (_, index) => ({
      key: `${String(index).padStart(2, '0')}${'\u{20000}'.repeat(38)}`,
      value: '\u{20000}'.repeat(500),
    }));
    const externalReference = '\u{20000}'.repeat(200);
    const stored = accepted({ externalReference, metadata });
    assert.deepEqual([stored.externalReference, stored.metadata], [externalReference, metadata]);
  });

  const companyNames: [string, string][] = [
    ['  Acme Ltd\u00a0', 'Acme Ltd'],
    ['Cafe\u0301 Zu\u0308rich', 'Caf\u00e9 Z\u00fcrich'],
    ['O\'Brien & Sons (UK) "Ltd", 3%', 'O\'Brien & Sons (UK) "Ltd", 3%'],
    ['株式会社アクメ', '株式会社アクメ'],
    ['شركة أكمي', 'شركة أكمي'],
    ['Công ty Ắc Mê', 'Công ty Ắc Mê'],
    ['\u{1f680} 42', '\u{1f680} 42'],
    ['New Companions', 'New Companions'],
    ['a'.repeat(133), 'a'.repeat(133)],
    ['e\u0301'.repeat(133), '\u00e9'.repeat(133)],
    ['\u{20000}'.repeat(133), '\u{20000}'.repeat(133)],
    ['کتاب‌های ایران', 'کتاب‌های ایران'],
    ['می‌خواهم', 'می‌خواهم'],
    ['ශ්‍රී ලංකා', 'ශ්‍රී ලංකා'],
    ['র‍্যাংগস', 'র‍্যাংগস'],
    ['क्‍ष', 'क्‍ष'],
    ['അവന്‍ മലയാളി', 'അവന്‍ മലയാളി'],
    ['葛\u{e0100}城商店', '葛\u{e0100}城商店'],
    // Four code points that compose to one of NFC: the largest raw name that is still long enough.
    ['\u03b1\u0313\u0300\u0345'.repeat(133), '\u1f82'.repeat(133)],
  ];
  for (const [given, stored] of companyNames) {
    test(`a company name is stored as ${stored.slice(0, 30)}`, () => {
      assert.equal(accepted({ companyName: given }).companyName, stored);
    });
  }

  test('the abbreviation keeps its case', () => {
    for (const abbr of ['a', 'AcMe', '4711', 'ABCDEFGHIJ'])
      assert.equal(accepted({ companyAbbr: abbr }).companyAbbr, abbr);
  });

  test('the password is not touched', () => {
    const passwords = [
      ' spaces at both ends ',
      'cafe\u0301 not composed',
      '12345678',
      'p'.repeat(512),
      '\u{1f511}'.repeat(512),
    ];
    for (const password of passwords) assert.equal(accepted({ adminPassword: password }).adminPassword, password);
  });

  test('the mail domain is in lower case, the local part as given', () => {
    assert.equal(accepted({ adminEmail: 'Jane.Doe+x@ACME.Example' }).adminEmail, 'Jane.Doe+x@acme.example');
    assert.equal(accepted({ customerEmail: 'A@B.CO' }).customerEmail, 'A@b.co');
  });

  test('the currency is in upper case', () => {
    for (const code of ['usd', 'Usd', 'USD']) assert.equal(accepted({ defaultCurrency: code }).defaultCurrency, 'USD');
  });

  test('the site name is in lower case', () => {
    assert.equal(accepted({ domain: 'ACME.localhost' }).siteName, 'acme.localhost');
  });

  test('idempotency keys of 1 to 200 characters stay as they are', () => {
    for (const key of ['k', 'K'.repeat(200), '!"#~'])
      assert.equal(accepted({ idempotencyKey: key }).idempotencyKey, key);
  });
});

describe('countries', () => {
  const spellings: [string, ...string[]][] = [
    ['United States', 'us', 'US', 'USA', 'usa', 'united states', 'United States of America'],
    ['United Kingdom', 'gb', 'GBR', 'uk', 'UNITED KINGDOM'],
    ['Türkiye', 'tr', 'TUR', 'turkiye', 'Tu\u0308rkiye', 'Turkey'],
    ['Curaçao', 'cw', 'curacao'],
    ['Ivory Coast', 'CI', 'CIV', "Côte d'Ivoire", 'Cote d’Ivoire'],
    ['Korea, Democratic Peoples Republic of', 'KP', "Korea, Democratic People's Republic of", 'North Korea'],
    ['Åland Islands', 'ax', 'aland islands'],
    ['Swaziland', 'SZ', 'Eswatini'],
    ['Niger', 'NE', 'NER'],
    ['Nigeria', 'NG', 'NGA'],
  ];
  for (const [name, ...others] of spellings) {
    test(name, () => {
      for (const text of [name, ...others]) assert.equal(accepted({ country: text }).country, name, text);
    });
  }

  test('each of the 249 countries is found by its name and code and by no other', () => {
    assert.equal(countries().length, 249);
    for (const country of countries()) {
      assert.match(country.code, /^[A-Z]{2}$/);
      assert.deepEqual(countryFor(country.name), country);
      assert.deepEqual(countryFor(country.code.toLowerCase()), country);
    }
    assert.equal(new Set(countries().map(({ name }) => name)).size, 249);
  });

  // The names where frappe/geo/country_info.json differs from ISO 3166-1 as Debian's iso-codes spell it.
  test('countries are spelled as Frappe does where ISO differs', () => {
    const spelt = {
      CI: 'Ivory Coast',
      CV: 'Cape Verde',
      CZ: 'Czech Republic',
      IR: 'Iran',
      KP: 'Korea, Democratic Peoples Republic of',
      LA: 'Lao Peoples Democratic Republic',
      MK: 'Macedonia',
      PS: 'Palestinian Territory, Occupied',
      SY: 'Syria',
      SZ: 'Swaziland',
      TW: 'Taiwan',
      TZ: 'Tanzania',
      VN: 'Vietnam',
    };
    for (const [code, name] of Object.entries(spelt)) assert.equal(countryFor(code)?.name, name);
  });
});

/** By ICU's CLDR, by ISO 3166-1's English short names, and as people abbreviate. */
const commonNames: Readonly<Record<string, readonly string[]>> = {
  AE: ['UAE'],
  BA: ['Bosnia & Herzegovina'],
  BO: ['Bolivia', 'Bolivia (Plurinational State of)'],
  CD: ['Congo - Kinshasa', 'Congo (the Democratic Republic of the)', 'DRC'],
  CG: ['Congo - Brazzaville', 'Congo (the)'],
  CI: ['Ivory Coast', 'Côte d’Ivoire', 'cote d’ivoire'],
  CZ: ['Czechia', 'Czech Republic'],
  FK: ['Falkland Islands (the) [Malvinas]'],
  GB: ['UK', 'U.K.', 'Great Britain', 'United Kingdom of Great Britain and Northern Ireland (the)'],
  HK: ['Hong Kong SAR China', 'Hong Kong'],
  KR: ['South Korea', 'Korea (the Republic of)', 'Republic of Korea'],
  LA: ['Laos', "Lao People's Democratic Republic (the)"],
  LC: ['St. Lucia', 'St Lucia'],
  MM: ['Myanmar (Burma)', 'Burma'],
  NL: ['Netherlands (Kingdom of the)', 'Holland'],
  PS: ['Palestinian Territories', 'Palestine, State of'],
  TR: ['Türkiye', 'Turkey', 'Turkiye'],
  US: ['USA', 'U.S.A.', 'United States of America (the)'],
  VI: ['U.S. Virgin Islands', 'Virgin Islands (U.S.)'],
};

describe('common names of countries', () => {
  for (const [code, names] of Object.entries(commonNames)) {
    test(`common names of a country are understood: ${names.join(', ')}`, () => {
      for (const name of names) assert.equal(countryFor(name)?.code, code, name);
    });
  }

  test('CLDR’s names of every country are understood', () => {
    for (const style of ['long', 'short', 'narrow'] as const) {
      const names = new Intl.DisplayNames('en', { type: 'region', style });
      for (const { code } of countries()) assert.equal(countryFor(names.of(code) ?? '')?.code, code, names.of(code));
    }
  });
});

describe('time zones', () => {
  test('the time zone of a country is one that CLDR lists for it', () => {
    for (const { code, timeZone } of countries()) {
      // Nobody lives on Bouvet, Heard and the McDonald Islands, and CLDR has no zone for them.
      if (code === 'BV' || code === 'HM') continue;
      const zones = new Intl.Locale('und', { region: code }).getTimeZones() ?? [];
      assert.ok(zones.includes(oldestName(timeZone)), `${code}: ${timeZone}`);
    }
  });

  test('the time zone of a country with several is its capital’s', () => {
    const capitals: Readonly<Record<string, string>> = {
      AR: 'America/Argentina/Buenos_Aires',
      AU: 'Australia/Sydney', // Canberra
      BR: 'America/Sao_Paulo', // Brasília
      CA: 'America/Toronto', // Ottawa
      CL: 'America/Santiago',
      CN: 'Asia/Shanghai', // Beijing
      ES: 'Europe/Madrid',
      ID: 'Asia/Jakarta',
      KZ: 'Asia/Almaty', // Astana
      MX: 'America/Mexico_City',
      NZ: 'Pacific/Auckland', // Wellington
      PT: 'Europe/Lisbon',
      RU: 'Europe/Moscow',
      UA: 'Europe/Kyiv',
      US: 'America/New_York', // Washington
    };
    for (const [code, zone] of Object.entries(capitals)) assert.equal(countryFor(code)?.timeZone, zone);
  });

  test('time zones are stored as the tz database spells them, older names included', () => {
    const spellings = { 'europe/BERLIN': 'Europe/Berlin', 'Asia/Kolkata': 'Asia/Kolkata', 'US/Eastern': 'US/Eastern' };
    for (const [given, kept] of Object.entries({ ...spellings, 'Etc/GMT+5': 'Etc/GMT+5', utc: 'UTC' })) {
      assert.equal(accepted({ timeZone: given }).timeZone, kept);
    }
  });

  test('a locale is stored in its canonical spelling, whatever language it is', () => {
    const spellings = {
      'DE-at': 'de-AT',
      iw: 'he',
      'zh-hant-tw': 'zh-Hant-TW',
      'de-DE-u-hc-h12': 'de-DE-u-hc-h12',
      tlh: 'tlh',
    };
    for (const [given, kept] of Object.entries(spellings)) assert.equal(accepted({ locale: given }).locale, kept);
  });
});

describe('deceptive domains', () => {
  const codeOf = (domain: string, ownHosts: string[], siteDomains?: string[]) => {
    const checked = checkCompanyRequest({ ...validInput, domain }, offeredApps, ownHosts, siteDomains);
    return checked.ok ? 'ok' : checked.faults.map(({ field, code }) => `${field} ${code}`).join();
  };
  const own = ['companies.example.com'];

  test('a domain that is, contains or is above the API’s own host is refused', () => {
    for (const name of [
      'companies.example.com',
      'COMPANIES.example.com',
      'login.companies.example.com',
      'companies.example.com.evil.example',
      'x.companies.example.com.evil.example',
      'example.com',
    ]) {
      assert.equal(codeOf(name, own), 'domain RESERVED', name);
    }
    for (const name of ['acme.example.com', 'mycompanies.example.com', 'companies.example.community']) {
      assert.equal(codeOf(name, own), 'ok', name);
    }
    assert.equal(codeOf('acme.localhost', ['localhost']), 'ok');
  });

  test('a domain below none of the configured ones is refused', () => {
    const domains = ['example.com', 'sites.example.net'];
    for (const name of ['acme.example.com', 'a.b.example.com', 'ACME.Sites.Example.net']) {
      assert.equal(codeOf(name, own, domains), 'ok', name);
    }
    for (const name of [
      'acme.example.net',
      'example.com',
      'acme.evil-example.com',
      'paypal.com',
      'acme.example.com.evil.example',
    ]) {
      assert.equal(codeOf(name, own, domains), 'domain RESERVED', name);
    }
    assert.equal(codeOf('login.companies.example.com', own, domains), 'domain RESERVED');
    assert.equal(codeOf('acme.example.com', ['example.com'], ['example.com']), 'ok', 'configured so');
  });
});

describe('limits of a bench', () => {
  const faultsOf = (input: Partial<CompanyRequest>) => {
    const checked = check(input);
    return checked.ok ? [] : checked.faults;
  };

  test('a company name and an abbreviation that are too long together are refused', () => {
    for (const abbr of ['A', 'ABCDE', 'ABCDEFGHIJ']) {
      const longest = 'ü'.repeat(137 - abbr.length);
      assert.deepEqual(faultsOf({ companyName: longest, companyAbbr: abbr }), []);
      const [fault, ...others] = faultsOf({ companyName: `${longest}ü`, companyAbbr: abbr });
      assert.deepEqual([fault?.field, fault?.code, others], ['companyName', 'TOO_LONG', []]);
      assert.match(fault?.message ?? '', /together they may have 137 characters/);
    }
  });

  test('an administrator’s address of over 140 characters is refused, a customer’s is not', () => {
    const address = (length: number) =>
      `jane@${'a.'.repeat(80)}`
        .slice(0, length - 1)
        .replace(/\.$/, 'b')
        .concat('c');
    assert.equal(address(140).length, 140);
    assert.deepEqual(faultsOf({ adminEmail: address(140), customerEmail: address(150) }), []);
    const [fault] = faultsOf({ adminEmail: address(141) });
    assert.deepEqual([fault?.field, fault?.code], ['adminEmail', 'TOO_LONG']);
    assert.match(fault?.message ?? '', /140 characters/);
  });

  test('a domain that leaves no room for the names of its site’s files is refused', () => {
    const [fault] = faultsOf({ domain: `${'a.'.repeat(89)}abc` });
    assert.deepEqual([fault?.field, fault?.code], ['domain', 'TOO_LONG']);
  });
});

describe('currencies', () => {
  test('currencies are the active ones, in upper case', () => {
    for (const code of ['USD', 'EUR', 'INR', 'JPY', 'XOF', 'XCG', 'ZWG', 'VES', 'SLE'])
      assert.equal(isCurrency(code), true, code);
    for (const code of ['usd', 'DEM', 'ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL', 'XDR', 'XXX', '']) {
      assert.equal(isCurrency(code), false, code);
    }
  });
});

describe('site names and mail addresses', () => {
  test('site names and addresses of the longest allowed length are accepted', () => {
    const domain = `${'a.'.repeat(88)}abcd`;
    assert.equal(domain.length, 180);
    assert.equal(parseSiteName(domain), domain);
    assert.equal(parseSiteName(`${'a'.repeat(63)}.localhost`), `${'a'.repeat(63)}.localhost`);
    const address = `${'j'.repeat(64)}@${'a.'.repeat(94)}c`;
    assert.equal(parseMailAddress(address.padEnd(254, 'c')), address.padEnd(254, 'c'));
  });

  test('site names and addresses that only look odd are accepted', () => {
    for (const name of ['1.2.3.4a', '4711.example', 'a-b--c.localhost', 'erpnext.acme.example', 'acme.www']) {
      assert.equal(parseSiteName(name, offeredApps), name);
    }
    for (const address of ["o'brien!#$%&*+/=?^_`{|}~-@acme.example", 'a@xn--mnchen-3ya.example', '-@1.example']) {
      assert.equal(parseMailAddress(address), address);
    }
  });

  test('an app’s name is refused as a site name only where the bench has the app', () => {
    assert.equal(parseSiteName('my.app'), 'my.app');
    assert.equal(parseSiteName('MY.app', ['my.App']), undefined);
  });
});
