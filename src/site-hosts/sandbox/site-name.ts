import { isHostName } from '../../company/site-name.ts';

/** A host name in lower case that may stand in a path: two labels or more, so no dot file, no `..`, no separator. */
export type SiteName = string & { readonly __brand: 'SiteName' };

/** The site name that `text` spells exactly, or undefined. Every path of the sandbox is built from what this returns. */
export const parseSiteName = (text: string): SiteName | undefined =>
  isHostName(text) && text === text.toLowerCase() ? (text as SiteName) : undefined;

/** The site that a request's Host header asks for; upper case and the port do not matter. Undefined when it names none. */
export const siteNameOfHost = (host: string | undefined): SiteName | undefined =>
  host === undefined ? undefined : parseSiteName(host.toLowerCase().replace(/:\d{1,5}$/, ''));
