import { z } from 'zod';
import { jsonFile } from './json-file.ts';
import { passwordHash } from './password.ts';

/** Which company the site belongs to. It is the first file of a site and the proof of ownership. */
export const configFile = jsonFile(
  'site_config.json',
  z.object({
    sandbox: z.literal(true),
    owner: z.string().optional(),
    /** Instead of an owner, where an earlier version created the site (adopt-site.ts). */
    companyId: z.string().optional(),
    createdAt: z.iso.datetime(),
  }),
);

/** The installed apps, in the order of their installation. */
export const appsFile = jsonFile('apps.json', z.array(z.string()));

/** The company that the site was set up for. */
export interface Company {
  readonly name: string;
  readonly abbr: string;
  readonly defaultCurrency: string;
  readonly country: string;
  readonly timeZone: string;
}
export const companyFile = jsonFile<Company>(
  'company.json',
  z.object({
    name: z.string(),
    abbr: z.string(),
    defaultCurrency: z.string(),
    country: z.string(),
    // Sites of earlier versions have none.
    timeZone: z.string().default('UTC'),
  }),
);

/** The users who may log in, and the secret that signs the sessions of this site alone. */
export const usersFile = jsonFile(
  'users.json',
  z.object({
    sessionSecret: z.string().min(32),
    users: z.array(z.object({ email: z.string(), fullName: z.string(), password: passwordHash })),
  }),
);

/** When the finished site was last verified. */
export const verifiedFile = jsonFile('verified.json', z.object({ verifiedAt: z.iso.datetime() }));
