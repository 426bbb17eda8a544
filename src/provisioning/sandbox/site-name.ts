/** A host name that may stand in a path: at least two lower-case DNS labels, so no dot file, no `..`, no separator. */
export type SiteName = string & { readonly __brand: 'SiteName' };

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
// The last label holds a letter: a site named like an address would answer in the place of the service itself.
const pattern = new RegExp(`^(?:${label}\\.)+(?=[^.]*[a-z])${label}$`);

/** The site name that `text` spells exactly, or undefined. Every path of the sandbox is built from what this returns. */
export const parseSiteName = (text: string): SiteName | undefined =>
  text.length <= 253 && pattern.test(text) ? (text as SiteName) : undefined;

/** The site that a request's Host header asks for; upper case and the port do not matter. Undefined when it names none. */
export const siteNameOfHost = (host: string | undefined): SiteName | undefined =>
  host === undefined ? undefined : parseSiteName(host.toLowerCase().replace(/:\d{1,5}$/, ''));
