import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CheckedCompany, type CompanyRequest, checkCompanyRequest } from '../src/company/company-request.ts';
import { countries, countryFor } from '../src/company/countries.ts';
import { isCurrency } from '../src/company/currencies.ts';
import { parseMailAddress } from '../src/company/mail-address.ts';
import { parseSiteName } from '../src/company/site-name.ts';
import { badInputs, loneSurrogates, offeredApps, validInput } from './bad-inputs.ts';

const defaultApps = ['erpnext'];
const check = (input: Partial<CompanyRequest>) =>
  checkCompanyRequest({ ...validInput, ...input }, offeredApps, defaultApps);

function accepted(input: Partial<CompanyRequest>): CheckedCompany {
  const checked = check(input);
  if (checked.ok) return checked.company;
  throw new assert.AssertionError({ message: JSON.stringify(checked.faults) });
}

describe('a request with a fault is refused', () => {
  const byFieldAndCode = (faults: readonly { field: string; code: string }[]): string[] =>
    faults.map(({ field, code }) => `${field} ${code}`).sort();

  for (const { title, input, expect } of [...badInputs, ...loneSurrogates]) {
    it(title, () => {
      const checked = check(input);
      assert.equal(checked.ok, false);
      if (!checked.ok) assert.deepEqual(byFieldAndCode(checked.faults), byFieldAndCode(expect));
    });
  }

  it('the table has each title once', () => {
    assert.equal(new Set(badInputs.map(({ title }) => title)).size, badInputs.length);
  });

  it('in plain sentences that end, on one line', () => {
    for (const { input } of badInputs) {
      const checked = check(input);
      if (!checked.ok) for (const { message } of checked.faults) assert.match(message, /^[A-Z][ -~]{10,200}\.$/);
    }
  });

  it('and no message repeats what was sent, the password least of all', () => {
    const canary = 'Canary-7f3a';
    const everywhere = check({
      companyName: `<${canary}>`,
      companyAbbr: canary,
      adminEmail: canary,
      adminPassword: `${canary}\n`,
      defaultCurrency: canary,
      country: canary,
      domain: canary,
      apps: [canary, canary],
      customerEmail: canary,
      idempotencyKey: `${canary} `,
    });
    assert.equal(everywhere.ok, false);
    assert.equal(everywhere.ok || everywhere.faults.length, 11);
    for (const password of [canary.slice(0, 7), `${canary}\n`, canary.repeat(100)]) {
      const checked = check({ adminPassword: password });
      assert.equal(checked.ok, false);
      assert.doesNotMatch(JSON.stringify([checked, everywhere]), /canary/i);
    }
  });
});

describe('a good request is stored in one form', () => {
  it('as it is, where nothing is to be done', () => {
    const { domain, ...rest } = validInput;
    assert.deepEqual(accepted({}), { ...rest, siteName: domain });
  });

  it('with the default apps and without the optional fields, when they are null or missing', () => {
    const expected = { apps: defaultApps, customerEmail: null, idempotencyKey: null };
    for (const nothing of [null, undefined]) {
      const { apps, customerEmail, idempotencyKey } = accepted({
        apps: nothing,
        customerEmail: nothing,
        idempotencyKey: nothing,
      });
      assert.deepEqual({ apps, customerEmail, idempotencyKey }, expected);
    }
  });

  it('with no apps, when none are asked for', () => assert.deepEqual(accepted({ apps: [] }).apps, []));

  it('with the apps in the order asked for', () => {
    assert.deepEqual(accepted({ apps: ['hrms', 'erpnext'] }).apps, ['hrms', 'erpnext']);
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
    ['a'.repeat(140), 'a'.repeat(140)],
    ['e\u0301'.repeat(140), '\u00e9'.repeat(140)],
    ['\u{20000}'.repeat(140), '\u{20000}'.repeat(140)],
    // Four code points that compose to one of NFC: the largest raw name that is still 140 long.
    ['\u03b1\u0313\u0300\u0345'.repeat(140), '\u1f82'.repeat(140)],
  ];
  for (const [given, stored] of companyNames) {
    it(`company name ${stored.slice(0, 30)}`, () => {
      assert.equal(accepted({ companyName: given }).companyName, stored);
    });
  }

  it('the abbreviation keeps its case', () => {
    for (const abbr of ['a', 'AcMe', '4711', 'ABCDEFGHIJ'])
      assert.equal(accepted({ companyAbbr: abbr }).companyAbbr, abbr);
  });

  it('the password is not touched', () => {
    const passwords = [
      ' spaces at both ends ',
      'cafe\u0301 not composed',
      '12345678',
      'p'.repeat(512),
      '\u{1f511}'.repeat(512),
    ];
    for (const password of passwords) assert.equal(accepted({ adminPassword: password }).adminPassword, password);
  });

  it('the mail domain is in lower case, the local part as given', () => {
    assert.equal(accepted({ adminEmail: 'Jane.Doe+x@ACME.Example' }).adminEmail, 'Jane.Doe+x@acme.example');
    assert.equal(accepted({ customerEmail: 'A@B.CO' }).customerEmail, 'A@b.co');
  });

  it('the currency is in upper case', () => {
    for (const code of ['usd', 'Usd', 'USD']) assert.equal(accepted({ defaultCurrency: code }).defaultCurrency, 'USD');
  });

  it('the site name is in lower case', () => {
    assert.equal(accepted({ domain: 'ACME.localhost' }).siteName, 'acme.localhost');
  });

  it('idempotency keys of 1 to 200 characters stay as they are', () => {
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
    it(name, () => {
      for (const text of [name, ...others]) assert.equal(accepted({ country: text }).country, name, text);
    });
  }

  it('each of the 249 is found by its name and by its code, and by no other name', () => {
    assert.equal(countries().length, 249);
    for (const country of countries()) {
      assert.match(country.code, /^[A-Z]{2}$/);
      assert.deepEqual(countryFor(country.name), country);
      assert.deepEqual(countryFor(country.code.toLowerCase()), country);
    }
    assert.equal(new Set(countries().map(({ name }) => name)).size, 249);
  });

  // The names where frappe/geo/country_info.json differs from ISO 3166-1 as Debian's iso-codes spell it.
  it('are spelt as Frappe spells them, where ISO spells them otherwise', () => {
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

describe('currencies', () => {
  it('are the ones in use, in upper case', () => {
    for (const code of ['USD', 'EUR', 'INR', 'JPY', 'XOF', 'XCG', 'ZWG', 'VES', 'SLE'])
      assert.equal(isCurrency(code), true, code);
    for (const code of ['usd', 'DEM', 'ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL', 'XDR', 'XXX', '']) {
      assert.equal(isCurrency(code), false, code);
    }
  });
});

describe('site names and mail addresses by themselves', () => {
  it('take the longest that is allowed', () => {
    const domain = `${'a.'.repeat(125)}abc`;
    assert.equal(domain.length, 253);
    assert.equal(parseSiteName(domain), domain);
    assert.equal(parseSiteName(`${'a'.repeat(63)}.localhost`), `${'a'.repeat(63)}.localhost`);
    const address = `${'j'.repeat(64)}@${'a.'.repeat(94)}c`;
    assert.equal(parseMailAddress(address.padEnd(254, 'c')), address.padEnd(254, 'c'));
  });

  it('take what only looks odd', () => {
    for (const name of ['1.2.3.4a', '4711.example', 'a-b--c.localhost', 'erpnext.acme.example', 'acme.www']) {
      assert.equal(parseSiteName(name, offeredApps), name);
    }
    for (const address of ["o'brien!#$%&*+/=?^_`{|}~-@acme.example", 'a@xn--mnchen-3ya.example', '-@1.example']) {
      assert.equal(parseMailAddress(address), address);
    }
  });

  it('refuse the name of an app only where the bench has it', () => {
    assert.equal(parseSiteName('my.app'), 'my.app');
    assert.equal(parseSiteName('MY.app', ['my.App']), undefined);
  });
});
