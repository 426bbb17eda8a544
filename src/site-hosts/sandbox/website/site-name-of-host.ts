import { parseSiteName, type SiteName } from '../../../company/site-name.ts';

/** The site that a request's Host header names; upper case and the port do not matter. Undefined when it names none. */
export const siteNameOfHost = (host: string | undefined): SiteName | undefined =>
  host === undefined ? undefined : parseSiteName(host.replace(/:\d{1,5}$/, ''));
