import { z } from 'zod';
import { jsonFile } from './json-file.ts';
import { passwordHash } from './password.ts';

/** Whose site it is. It is the first file of a site and the proof of ownership: without it a folder is nobody's of ours. */
export const configFile = jsonFile(
  'site_config.json',
  z.object({
    sandbox: z.literal(true),
    owner: z.string().optional(),
    /** In the place of an owner, where an earlier version made the site (adopt-site.ts). */
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

/** Who may log in, and the secret that signs the sessions of this site and no other. */
export const usersFile = jsonFile(
  'users.json',
  z.object({
    sessionSecret: z.string().min(32),
    users: z.array(z.object({ email: z.string(), fullName: z.string(), password: passwordHash })),
  }),
);

/** When the finished site was last found to be as planned. */
export const verifiedFile = jsonFile('verified.json', z.object({ verifiedAt: z.iso.datetime() }));
