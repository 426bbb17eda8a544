// Every rule for a request is in this one file, field by field; that is why it is long.

import { countryFor } from './countries.ts';
import { parseCurrency } from './currencies.ts';
import { hasInvisibleCharacters } from './invisible-characters.ts';
import { longestLocale, parseLocale } from './locale.ts';
import { type MailAddressFault, mailAddressFault, parseMailAddress } from './mail-address.ts';
import { isBelow, longestSiteName, parseSiteName, readsLike, type SiteNameFault, siteNameFault } from './site-name.ts';
import { parseTimeZone } from './time-zone.ts';

/** What a customer or a partner requests, as received: only its types are checked. */
export interface CompanyRequest {
  readonly companyName: string;
  readonly companyAbbr: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly defaultCurrency: string;
  readonly country: string;
  readonly timeZone?: string | null;
  readonly locale?: string | null;
  /** The name of the site, e.g. `acme.localhost`. */
  readonly domain: string;
  readonly apps?: readonly string[] | null;
  readonly customerEmail?: string | null;
  readonly externalReference?: string | null;
  readonly metadata?: readonly MetadataEntry[] | null;
  readonly idempotencyKey?: string | null;
}

/** A note of the requester about a company; the service does not interpret it. */
export interface MetadataEntry {
  readonly key: string;
  readonly value: string;
}

/** A valid request, in the normal form in which it is stored. */
export interface CheckedCompany {
  /** 1 code point or more, together with the abbreviation at most 137, NFC, no space at either end. */
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
  /** A name of the tz database; null for that of the country's capital. */
  readonly timeZone: string | null;
  /** A language tag (BCP 47) in its canonical spelling; null for English. */
  readonly locale: string | null;
  /** Lower case. */
  readonly siteName: string;
  /** Without `frappe`, which every site has; in the requested order. */
  readonly apps: readonly string[];
  readonly customerEmail: string | null;
  readonly externalReference: string | null;
  /** Ordered by key, each key once. */
  readonly metadata: readonly MetadataEntry[];
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
  /** One plain sentence that says what to do. It never quotes the request. */
  readonly message: string;
}

export type CheckedCompanyRequest =
  | { readonly ok: true; readonly company: CheckedCompany }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Records a fault and returns an empty text to continue with; a request with a fault is never used. */
type Report = (code: FaultCode, message: string) => '';

/**
 * Checks a whole request and reports all its faults at once: one per field, and for `apps` and `metadata` one of each kind.
 * `ownHosts` are this service's own host names, which no site can have. With `siteDomains` every site must be
 * below one of them.
 */
export function checkCompanyRequest(
  request: CompanyRequest,
  offeredApps: readonly string[],
  ownHosts: readonly string[] = [],
  siteDomains: readonly string[] = [],
): CheckedCompanyRequest {
  const faults: Fault[] = [];
  const of =
    (field: Fault['field']): Report =>
    (code, message) => {
      faults.push({ field, code, message });
      return '';
    };
  const { timeZone, locale, customerEmail, externalReference, metadata, idempotencyKey } = request;
  const company: CheckedCompany = {
    companyName: checkCompanyName(request.companyName, request.companyAbbr, of('companyName')),
    companyAbbr: checkCompanyAbbr(request.companyAbbr, of('companyAbbr')),
    adminEmail: checkAdminEmail(request.adminEmail, of('adminEmail')),
    adminPassword: checkPassword(request.adminPassword, of('adminPassword')),
    defaultCurrency: checkCurrency(request.defaultCurrency, of('defaultCurrency')),
    country: checkCountry(request.country, of('country')),
    timeZone: timeZone == null ? null : checkTimeZone(timeZone, of('timeZone')),
    locale: locale == null ? null : checkLocale(locale, of('locale')),
    siteName: checkSiteName(request.domain, { apps: offeredApps, ownHosts, domains: siteDomains }, of('domain')),
    apps: request.apps == null ? defaultAppsOf(offeredApps) : checkApps(request.apps, offeredApps, of('apps')),
    customerEmail: customerEmail == null ? null : checkMailAddress(customerEmail, of('customerEmail')),
    externalReference:
      externalReference == null ? null : checkExternalReference(externalReference, of('externalReference')),
    metadata: checkMetadata(metadata ?? [], of('metadata')),
    idempotencyKey: idempotencyKey == null ? null : checkIdempotencyKey(idempotencyKey, of('idempotencyKey')),
  };
  return faults.length === 0 ? { ok: true, company } : { ok: false, faults };
}

/** A Frappe `Data` field, and the name of a document: `frappe/model/naming.py`, `validate_name`. */
const longestCompanyName = 140;
/** ERPNext names a company's first cost centre `<name> - <abbr>` (`create_default_cost_center` in erpnext/setup/doctype/company/company.py). */
const longestWithAbbr = longestCompanyName - ' - '.length;
/** In UTF-16 units: a code point of NFC text comes from at most four of them, each of one or two units (UAX #15). */
const longestRawCompanyName = longestCompanyName * 8;
/** More marks on one letter than any script needs: they would run over the lines around them. */
const stackedMarks = /\p{M}{7}/u;

function checkCompanyName(text: string, abbr: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Give the company a name.');
  if (text.length > longestRawCompanyName) return report('TOO_LONG', tooLongCompanyName);
  if (hasInvisibleCharacters(text)) {
    return report(
      'INVALID_CHARACTERS',
      'Leave control characters, line breaks and invisible characters out of the name.',
    );
  }
  if (stackedMarks.test(text)) return report('INVALID_CHARACTERS', 'Put at most 6 marks on one letter of the name.');
  // A mail program would decode it in a subject (RFC 2047).
  if (text.includes('=?')) return report('INVALID_CHARACTERS', 'Leave "=?" out of the company name.');
  if (/[<>]/.test(text)) return report('INVALID_CHARACTERS', 'Leave "<" and ">" out of the company name.');
  const name = text.normalize('NFC').trim();
  if (name === '') return report('REQUIRED', 'Give the company a name.');
  if (lengthOf(name) > longestCompanyName) return report('TOO_LONG', tooLongCompanyName);
  if (lengthOf(name) > longestWithAbbr - Math.min(abbr.length, longestAbbr)) return report('TOO_LONG', tooLongWithAbbr);
  if (!/[\p{L}\p{N}]/u.test(name)) return report('INVALID_FORMAT', 'Use at least one letter or digit in the name.');
  // Frappe refuses both, because they read like its own forms.
  if (name === 'Company' || name.startsWith('New Company')) {
    return report('RESERVED', 'Choose another name: it may not be "Company" or begin with "New Company".');
  }
  return name;
}
const tooLongCompanyName = `Shorten the company name to ${longestCompanyName} characters.`;
const tooLongWithAbbr = `Shorten the company name or the abbreviation: together they may have ${longestWithAbbr} characters, since ERPNext makes one name of both.`;

const longestAbbr = 10;

function checkCompanyAbbr(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Give the company an abbreviation of 1 to 10 letters or digits.');
  if (text.length > longestAbbr) return report('TOO_LONG', 'Shorten the abbreviation to 10 letters or digits.');
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

/** A user's name and e-mail are Frappe `Data` fields (frappe/core/doctype/user/user.json). */
const longestAdminEmail = 140;

const checkAdminEmail = (text: string, report: Report): string =>
  text.length > longestAdminEmail
    ? report('TOO_LONG', `Use a shorter mail address for the administrator: at most ${longestAdminEmail} characters.`)
    : checkMailAddress(text, report);

const shortestPassword = 8;
/** Frappe takes no more: `MAX_PASSWORD_SIZE` in `frappe/auth.py`. */
const longestPassword = 512;

function checkPassword(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Choose a password for the administrator.');
  if (isLongerThan(longestPassword, text)) {
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
  if (text === '') return report('REQUIRED', 'Give the ISO 4217 code of a currency, such as USD.');
  return parseCurrency(text) ?? report('UNKNOWN_VALUE', 'Use an active ISO 4217 currency code, such as USD.');
}

function checkCountry(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Name the country in English or by its ISO 3166 code.');
  return countryFor(text)?.name ?? report('UNKNOWN_VALUE', 'Name the country in English or by its ISO 3166 code.');
}

function checkTimeZone(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Name a time zone, such as Europe/Berlin, or leave it out.');
  return parseTimeZone(text) ?? report('UNKNOWN_VALUE', 'Use a name of the IANA tz database, such as Europe/Berlin.');
}

function checkLocale(text: string, report: Report): string {
  if (text === '') return report('REQUIRED', 'Name a language, such as de or es-MX, or leave it out.');
  if (text.length > longestLocale)
    return report('TOO_LONG', `Shorten the language tag to ${longestLocale} characters.`);
  return parseLocale(text) ?? report('INVALID_FORMAT', 'Use a language tag of BCP 47, such as de or es-MX.');
}

const siteNameMessages: Record<SiteNameFault, string> = {
  TOO_LONG: `Shorten the domain to ${longestSiteName} characters.`,
  INVALID_CHARACTERS: 'Use only letters A to Z, digits, hyphens and dots in the domain.',
  INVALID_FORMAT:
    'Write the domain as a host name, such as acme.example.com: two or more parts of 1 to 63 characters, without a hyphen at either end or as both third and fourth character, the last part not a number.',
  RESERVED: 'Choose another domain: this name, or its first part, is reserved.',
};

interface SiteNameRules {
  readonly apps: readonly string[];
  readonly ownHosts: readonly string[];
  readonly domains: readonly string[];
}

function checkSiteName(text: string, { apps, ownHosts, domains }: SiteNameRules, report: Report): string {
  if (text === '') return report('REQUIRED', 'Give the domain of the site, such as acme.example.com.');
  const fault = siteNameFault(text, apps);
  if (fault) return report(fault, siteNameMessages[fault]);
  const domain = domains.find((each) => isBelow(text, each));
  if (domains.length > 0 && domain === undefined) {
    return report('RESERVED', `Choose a domain that ends with ${domains.map((each) => `.${each}`).join(' or ')}.`);
  }
  // Sites may be below the API's own host only where they are configured to be.
  const own = ownHosts.filter((host) => domain === undefined || (domain !== host && !isBelow(domain, host)));
  if (own.some((host) => readsLike(text, host))) return report('RESERVED', siteNameMessages.RESERVED);
  return parseSiteName(text, apps) ?? '';
}

const mostApps = 20;
/** What is installed when no apps are requested. */
export const defaultAppsOf = (offered: readonly string[]): readonly string[] =>
  offered.filter((app) => app === 'erpnext');

/** The apps that can be requested: every site has the framework. */
export const requestableApps = (offered: readonly string[]): readonly string[] =>
  offered.filter((app) => app !== framework);
const framework = 'frappe';

function checkApps(apps: readonly string[], offeredApps: readonly string[], report: Report): readonly string[] {
  const offered = requestableApps(offeredApps);
  if (apps.length > mostApps) report('TOO_LONG', `Request at most ${mostApps} apps.`);
  else {
    if (apps.includes(framework)) report('RESERVED', 'Leave frappe out of the apps: every site has it.');
    if (apps.some((app) => app !== framework && !offered.includes(app))) {
      report('UNKNOWN_VALUE', `Request only available apps: ${offered.join(', ') || 'none'}.`);
    }
    if (new Set(apps).size < apps.length) report('DUPLICATE', 'Name every app once.');
  }
  return apps;
}

/** In code points, as for metadata. */
export const longestExternalReference = 200;

function checkExternalReference(text: string, report: Report): string {
  if (text === '') return report('TOO_SHORT', 'Use an external reference of 1 to 200 characters, or leave it out.');
  if (isLongerThan(longestExternalReference, text))
    return report('TOO_LONG', `Shorten the external reference to ${longestExternalReference} characters.`);
  if (unstorable.test(text))
    return report('INVALID_CHARACTERS', 'Leave control characters and line breaks out of the external reference.');
  return text;
}

/** As much as Stripe allows. */
export const mostMetadata = { entries: 20, key: 40, value: 500 };

function checkMetadata(entries: readonly MetadataEntry[], report: Report): readonly MetadataEntry[] {
  const { entries: most, key: longestKey, value: longestValue } = mostMetadata;
  if (entries.length > most) {
    report('TOO_LONG', `Give at most ${most} entries of metadata.`);
    return [];
  }
  const some = (isFault: (entry: MetadataEntry) => boolean): boolean => entries.some(isFault);
  if (some(({ key }) => key === '')) report('TOO_SHORT', 'Give every entry of metadata a key.');
  if (some(({ key, value }) => isLongerThan(longestKey, key) || isLongerThan(longestValue, value))) {
    report('TOO_LONG', `Shorten the metadata: keys have at most ${longestKey} characters and values ${longestValue}.`);
  }
  if (some(({ key, value }) => unstorable.test(key) || unstorable.test(value)))
    report('INVALID_CHARACTERS', 'Leave control characters and line breaks out of the metadata.');
  if (new Set(entries.map(({ key }) => key)).size < entries.length)
    report('DUPLICATE', 'Give every key of the metadata once.');
  return entries.map(({ key, value }) => ({ key, value })).sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** What PostgreSQL does not hold, or a line of a form. */
const unstorable = /[\p{Cc}\p{Cs}]/u;

export const longestIdempotencyKey = 200;

function checkIdempotencyKey(text: string, report: Report): string {
  if (text === '') return report('TOO_SHORT', 'Use an idempotency key of 1 to 200 characters, or leave it out.');
  if (text.length > longestIdempotencyKey) return report('TOO_LONG', 'Shorten the idempotency key to 200 characters.');
  if (!/^[!-~]+$/.test(text)) {
    return report('INVALID_CHARACTERS', 'Use only visible ASCII characters without spaces in the idempotency key.');
  }
  return text;
}

const isLongerThan = (most: number, text: string): boolean => text.length > 2 * most || lengthOf(text) > most;

/** In code points, as Python and PostgreSQL count. Only for text of bounded length. */
const lengthOf = (text: string): number => [...text].length;
