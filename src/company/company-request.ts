// Every rule for what may be asked for stands in this one file, field by field; that is why it is long.

import { countryFor } from './countries.ts';
import { parseCurrency } from './currencies.ts';
import { type MailAddressFault, mailAddressFault, parseMailAddress } from './mail-address.ts';
import { parseSiteName, type SiteNameFault, siteNameFault } from './site-name.ts';

/** What a customer or a partner asks for, as it comes in: nothing is checked but the types. */
export interface CompanyRequest {
  readonly companyName: string;
  readonly companyAbbr: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly defaultCurrency: string;
  readonly country: string;
  /** The name of the site, e.g. `acme.localhost`. */
  readonly domain: string;
  readonly apps?: readonly string[] | null;
  readonly customerEmail?: string | null;
  readonly idempotencyKey?: string | null;
}

/** A request that was found good, in the one form in which it is stored. */
export interface CheckedCompany {
  /** 1 to 140 code points, NFC, no space at either end. */
  readonly companyName: string;
  /** 1 to 10 ASCII letters or digits, in the case given. */
  readonly companyAbbr: string;
  /** The domain in lower case, the local part as given. */
  readonly adminEmail: string;
  /** 8 to 512 code points, exactly as given. */
  readonly adminPassword: string;
  /** ISO 4217, upper case. */
  readonly defaultCurrency: string;
  /** The English name, as Frappe spells it. */
  readonly country: string;
  /** Lower case. */
  readonly siteName: string;
  /** Without `frappe`, which every site has; in the order asked for. */
  readonly apps: readonly string[];
  readonly customerEmail: string | null;
  readonly idempotencyKey: string | null;
}

export type FaultCode =
  | 'REQUIRED'
  | 'TOO_SHORT'
  | 'TOO_LONG'
  | 'INVALID_CHARACTERS'
  | 'INVALID_FORMAT'
  | 'UNKNOWN_VALUE'
  | 'RESERVED'
  | 'DUPLICATE'
  | 'NOT_ALLOWED';

/** One thing that is wrong with a request. */
export interface Fault {
  /** The field of the GraphQL input. */
  readonly field: keyof CompanyRequest;
  readonly code: FaultCode;
  /** One plain sentence that tells what to do. It repeats nothing of what was sent. */
  readonly message: string;
}

export type CheckedCompanyRequest =
  | { readonly ok: true; readonly company: CheckedCompany }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Notes a fault and gives the empty text to carry on with; a request with a fault is never used. */
type Report = (code: FaultCode, message: string) => '';

/**
 * Checks a request in full and tells all its faults at once: one a field, but for `apps` one of each kind.
 * `ownHosts` are the names under which this service itself answers; no site may bear them.
 */
export function checkCompanyRequest(
  request: CompanyRequest,
  offeredApps: readonly string[],
  defaultApps: readonly string[],
  ownHosts: readonly string[] = [],
): CheckedCompanyRequest {
  const faults: Fault[] = [];
  const of =
    (field: Fault['field']): Report =>
    (code, message) => {
      faults.push({ field, code, message });
      return '';
    };
  const { customerEmail, idempotencyKey } = request;
  const company: CheckedCompany = {
    companyName: checkCompanyName(request.companyName, of('companyName')),
    companyAbbr: checkCompanyAbbr(request.companyAbbr, of('companyAbbr')),
    adminEmail: checkMailAddress(request.adminEmail, of('adminEmail')),
    adminPassword: checkPassword(request.adminPassword, of('adminPassword')),
    defaultCurrency: checkCurrency(request.defaultCurrency, of('defaultCurrency')),
    country: checkCountry(request.country, of('country')),
    siteName: checkSiteName(request.domain, [...offeredApps, ...ownHosts], of('domain')),
    apps: request.apps == null ? defaultApps : checkApps(request.apps, offeredApps, of('apps')),
    customerEmail: customerEmail == null ? null : checkMailAddress(customerEmail, of('customerEmail')),
    idempotencyKey: idempotencyKey == null ? null : checkIdempotencyKey(idempotencyKey, of('idempotencyKey')),
  };
  return faults.length === 0 ? { ok: true, company } : { ok: false, faults };
}

/** A Frappe `Data` field, and the name of a document: `frappe/model/naming.py`, `validate_name`. */
const longestCompanyName = 140;
/** In UTF-16 units: a code point of NFC text comes from at most four of them, each of one or two units (UAX #15). */
const longestRawCompanyName = longestCompanyName * 8;
/** Control, bidi, zero-width and other invisible characters, line separators, lone surrogates, private use. */
const invisible =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]/u;
/** More marks on one letter than any script needs: they would run over the lines around them. */
const stackedMarks = /\p{M}{7}/u;

function checkCompanyName(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Give the company a name.');
  if (text.length > longestRawCompanyName) return report('TOO_LONG', tooLongCompanyName);
  if (invisible.test(text) || stackedMarks.test(text)) {
    return report(
      'INVALID_CHARACTERS',
      'Leave control characters, line breaks and invisible characters out of the name.',
    );
  }
  if (/[<>]/.test(text)) return report('INVALID_CHARACTERS', 'Leave "<" and ">" out of the company name.');
  const name = text.normalize('NFC').trim();
  if (name === '') return report('REQUIRED', 'Give the company a name.');
  if (lengthOf(name) > longestCompanyName) return report('TOO_LONG', tooLongCompanyName);
  if (!/[\p{L}\p{N}]/u.test(name)) return report('INVALID_FORMAT', 'Use at least one letter or digit in the name.');
  // Frappe refuses both, because they read like its own forms.
  if (name === 'Company' || name.startsWith('New Company')) {
    return report('RESERVED', 'Choose another name: it may not be "Company" or begin with "New Company".');
  }
  return name;
}
const tooLongCompanyName = `Shorten the company name to ${longestCompanyName} characters.`;

function checkCompanyAbbr(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Give the company an abbreviation of 1 to 10 letters or digits.');
  if (text.length > 10) return report('TOO_LONG', 'Shorten the abbreviation to 10 letters or digits.');
  // ASCII only: the abbreviation ends the name of every account and warehouse, where look-alikes would mislead.
  if (!/^[A-Za-z0-9]+$/.test(text)) {
    return report('INVALID_CHARACTERS', 'Use only the letters A to Z, a to z and digits in the abbreviation.');
  }
  return text;
}

const mailAddressMessages: Record<MailAddressFault, string> = {
  TOO_LONG: 'Use a shorter mail address: at most 254 characters, 64 of them before the "@".',
  INVALID_CHARACTERS: 'Write one plain mail address in ASCII, without spaces, line breaks or a display name.',
  INVALID_FORMAT: 'Write one plain mail address, such as jane@example.com.',
};

function checkMailAddress(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Write a mail address, such as jane@example.com.');
  const fault = mailAddressFault(text);
  return fault ? report(fault, mailAddressMessages[fault]) : (parseMailAddress(text) ?? '');
}

const shortestPassword = 8;
/** Frappe takes no more: `MAX_PASSWORD_SIZE` in `frappe/auth.py`. */
const longestPassword = 512;

function checkPassword(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Choose a password for the administrator.');
  if (text.length > 2 * longestPassword || lengthOf(text) > longestPassword) {
    return report('TOO_LONG', `Choose a password of at most ${longestPassword} characters.`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(text)) {
    return report('INVALID_CHARACTERS', 'Leave control characters and line breaks out of the password.');
  }
  if (lengthOf(text) < shortestPassword) {
    return report('TOO_SHORT', `Choose a password of at least ${shortestPassword} characters.`);
  }
  return text;
}

function checkCurrency(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Name the currency by its ISO 4217 code, such as USD.');
  return parseCurrency(text) ?? report('UNKNOWN_VALUE', 'Use the ISO 4217 code of a currency in use, such as USD.');
}

function checkCountry(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Name the country in English or by its ISO 3166 code.');
  return countryFor(text)?.name ?? report('UNKNOWN_VALUE', 'Name the country in English or by its ISO 3166 code.');
}

const siteNameMessages: Record<SiteNameFault, string> = {
  TOO_LONG: 'Shorten the domain to 253 characters.',
  INVALID_CHARACTERS: 'Use only letters A to Z, digits, hyphens and dots in the domain.',
  INVALID_FORMAT:
    'Write the domain as a host name, such as acme.example.com: two parts or more, each of 1 to 63 characters, without a hyphen at either end, and no IP address.',
  RESERVED: 'Choose another domain: this name is reserved.',
};

function checkSiteName(text: string, refused: readonly string[], report: Report): string {
  if (text === '') return report('REQUIRED', 'Say under which domain the site shall live, such as acme.example.com.');
  const fault = siteNameFault(text, refused);
  return fault ? report(fault, siteNameMessages[fault]) : (parseSiteName(text, refused) ?? '');
}

const mostApps = 20;
/** The app that every site has. */
const framework = 'frappe';

function checkApps(apps: readonly string[], offeredApps: readonly string[], report: Report): readonly string[] {
  const offered = offeredApps.filter((app) => app !== framework);
  if (apps.length > mostApps) report('TOO_LONG', `Ask for at most ${mostApps} apps.`);
  else {
    if (apps.includes(framework)) report('RESERVED', 'Leave frappe out of the apps: every site has it.');
    if (apps.some((app) => app !== framework && !offered.includes(app))) {
      report('UNKNOWN_VALUE', `Ask only for apps that are offered: ${offered.join(', ') || 'there are none'}.`);
    }
    if (new Set(apps).size < apps.length) report('DUPLICATE', 'Name every app once.');
  }
  return apps;
}

function checkIdempotencyKey(text: string, report: Report): string {
  if (text === '') return report('TOO_SHORT', 'Use an idempotency key of 1 to 200 characters, or none.');
  if (text.length > 200) return report('TOO_LONG', 'Shorten the idempotency key to 200 characters.');
  if (!/^[!-~]+$/.test(text)) {
    return report('INVALID_CHARACTERS', 'Use only visible ASCII characters, and no space, in the idempotency key.');
  }
  return text;
}

/** In code points, as Python and PostgreSQL count. Only for text whose length was bounded before. */
const lengthOf = (text: string): number => [...text].length;
