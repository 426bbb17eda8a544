import { z } from 'zod';
import { isHostName } from '../company/site-name.ts';
import { examples } from './examples.ts';

/** An HTTP URL, such as `example`. */
export const webAddress = (example: string) =>
  z.string().refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), {
    error: `must be an address such as ${example}`,
  });

/** The address of any site: `{site}` stands for its name. Sites are distinguished by their host names. */
export const siteAddress = z
  .string()
  .refine((text) => /^https?:\/\//.test(text) && hostNameOf(text.replace('{site}', aSite)).includes(aSite), {
    error: `must be an address with {site} in its host name, such as ${examples.SITE_URL_TEMPLATE}`,
  });

const aSite = 'a-site.test';

const hostNameOf = (url: string): string => URL.parse(url)?.hostname ?? '';

/** Domains with commas between, each with or without a dot in front. */
export const siteDomains = z
  .string()
  .transform((text) => text.split(',').map((domain) => domain.trim().replace(/^\./, '').toLowerCase()))
  .refine((domains) => domains.every((domain) => isHostName(`site.${domain}`)), {
    error: `must be domains such as ${examples.SITE_DOMAINS}, with commas between`,
  });
