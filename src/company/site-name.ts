/** A host name in lower case that may be part of a path: two labels or more, so no dot file, no `..`, no separator. */
export type SiteName = string & { readonly __brand: 'SiteName' };

/** What may be wrong with a site name. */
export type SiteNameFault = 'TOO_LONG' | 'INVALID_CHARACTERS' | 'INVALID_FORMAT' | 'RESERVED';

/**
 * In characters. Less than DNS allows: what a bench writes beside a site is called after it, with up to 75 characters more
 * (a record that is being written), and no file's name is longer than 255 bytes (NAME_MAX).
 */
export const longestSiteName = 180;
/** In octets, as in DNS (RFC 1035 section 2.3.4); the root label's dot is not counted. */
const longestHostName = 253;

/**
 * Refused as a whole name and as the first label: what a bench keeps beside its sites or understands otherwise ("all"
 * means every site), and names that mail servers, browsers or people take for something else than a customer's site.
 */
const reserved: ReadonlySet<string> = new Set([
  ...['all', 'apps', 'apps.json', 'apps.txt', 'archived', 'assets', 'bench', 'common_site_config.json'],
  ...['currentsite.txt', 'frappe', 'languages.txt', 'localhost', 'private', 'public', 'site_config.json', 'sites'],
  ...['admin', 'administrator', 'api', 'ftp', 'imap', 'mail', 'mx', 'ns', 'ns1', 'ns2', 'pop', 'pop3', 'root', 'smtp'],
  ...['static', 'status', 'support', 'webmail', 'www', 'autoconfig', 'autodiscover', 'isatap', 'wpad'],
]);

/**
 * The site name that `text` spells, in lower case (a bench looks sites up case-sensitively, DNS does not), or undefined
 * when it is not one. `refused` are further whole names that no site may have, such as the apps of the bench.
 */
export function parseSiteName(text: string, refused: readonly string[] = []): SiteName | undefined {
  const name = text.toLowerCase();
  return siteNameFault(text, refused) === undefined && isSiteName(name) ? name : undefined;
}

/** Whether `text` is a site name as it is kept, in lower case. */
export const isSiteName = (text: string): text is SiteName =>
  text === text.toLowerCase() && siteNameFault(text) === undefined;

/** Why `text` is not a site name; undefined when it is one. */
export function siteNameFault(text: string, refused: readonly string[] = []): SiteNameFault | undefined {
  if (text.length > longestSiteName) return 'TOO_LONG';
  const name = text.toLowerCase();
  if (isReserved(name) || refused.some((other) => other.toLowerCase() === name)) return 'RESERVED';
  if (!/^[A-Za-z0-9.-]*$/.test(text)) return 'INVALID_CHARACTERS';
  // "xn--" and its like (RFC 5890) stand for Unicode, so that one customer's name could look like another's.
  if (!isHostName(text) || /(^|\.)..--/.test(name)) return 'INVALID_FORMAT';
  return undefined;
}

/** Whether a site of this name could be taken for the API at `host`: it is it, contains it or is a domain above it. */
export function readsLike(name: string, host: string): boolean {
  const [site, api] = [`.${name.toLowerCase()}.`, `.${host.toLowerCase()}.`];
  return site === api || (host.includes('.') && (site.includes(api) || api.endsWith(site)));
}

/** Whether `name` lies below `domain`. */
export const isBelow = (name: string, domain: string): boolean =>
  name.toLowerCase().endsWith(`.${domain.toLowerCase()}`);

const isReserved = (name: string): boolean => reserved.has(name) || reserved.has(name.split('.', 1)[0] ?? '');

/**
 * Whether `text` is a host name of two labels or more: letters, digits and inner hyphens, 1 to 63 to a label, 253 in all
 * (RFC 1123 section 2.1), no dot at the end. A last label that reads as a number would make it an IPv4 address.
 */
export function isHostName(text: string): boolean {
  if (text.length > longestHostName) return false;
  const labels = text.split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => /^[A-Za-z0-9-]{1,63}$/.test(label) && !label.startsWith('-') && !label.endsWith('-')) &&
    !/^(\d+|0x[\da-f]*)$/i.test(labels.at(-1) ?? '')
  );
}
