import { z } from 'zod';

/**
 * What this process and the driver on the bench (driver/main.py) say to each other, one JSON line each. Both ends parse: the
 * driver refuses a request with an unknown or a missing parameter, and a reply that is not as it stands here fails the step.
 */

/** Something that the driver does, by the name of its function in driver/actions.py. */
export interface Action<Arguments, Reply> {
  readonly name: string;
  readonly arguments: z.ZodType<Arguments>;
  readonly reply: z.ZodType<Reply>;
}

/** An action on the site of a claim, which the driver carries out for the newest claim only (driver/fences.py). */
export interface SiteAction<Arguments, Reply> extends Action<Arguments, Reply> {
  readonly ofASite: true;
}

/** For which company, and under which of its claims, something is requested of its site. */
export const claim = z.strictObject({
  site: z.string(),
  /** The company's owner name (owner-name.ts). */
  company: z.string(),
  fencingToken: z.int(),
  /** In seconds since 1970; null when the company cannot have a site of an earlier version. */
  adoptSince: z.number().nullable(),
});
export type SiteClaim = z.infer<typeof claim>;

const action = <Arguments, Reply>(
  name: string,
  args: z.ZodType<Arguments>,
  reply: z.ZodType<Reply>,
): Action<Arguments, Reply> => ({ name, arguments: args, reply });

const siteAction = <Arguments, Reply>(
  ...parts: Parameters<typeof action<Arguments, Reply>>
): SiteAction<Arguments, Reply> => ({ ...action(...parts), ofASite: true });

const none = z.strictObject({});
const appNames = z.array(z.string());

/** The apps on the bench, Frappe among them. */
export const apps = action('apps', none, z.strictObject({ apps: appNames }));

const description = z.strictObject({
  /** Frappe's version. */
  version: z.string(),
  python: z.string(),
  apps: appNames,
});
/** What a bench reports about itself. */
export type BenchDescription = z.infer<typeof description>;
export const describe = action('describe', none, description);

export const preflight = siteAction(
  'preflight',
  z.strictObject({ database: z.string() }),
  z.strictObject({ apps: appNames }),
);

/** Whether a step came to its end. */
export const look = siteAction('look', z.strictObject({ step: z.string() }), z.strictObject({ finished: z.boolean() }));

export const createSite = siteAction(
  'create_site',
  z.strictObject({ database: z.string(), administratorPassword: z.string(), apps: appNames }),
  /** The apps, without Frappe, of the template that the site was created from; null when it was created from nothing. */
  z.strictObject({ template: appNames.nullable() }),
);

export const removeSite = siteAction('remove_site', none, none);

export const installApp = siteAction('install_app', z.strictObject({ app: z.string() }), none);

export const forgetStep = siteAction('forget_step', z.strictObject({ step: z.string() }), none);

/**
 * The arguments of Frappe's `setup_complete` (frappe/desk/page/setup_wizard, erpnext/setup/setup_wizard). The driver replaces
 * the code and the names of country and time zone by the names that its version knows, and adds a password that nobody uses.
 */
const wizard = z.strictObject({
  language: z.string(),
  country: z.string(),
  country_code: z.string(),
  time_zone_names: z.array(z.string()),
  currency: z.string(),
  full_name: z.string(),
  email: z.string(),
  company_name: z.string(),
  company_abbr: z.string(),
  chart_of_accounts: z.string(),
  fy_start_date: z.string(),
  fy_end_date: z.string(),
  enable_telemetry: z.literal(0),
  setup_demo: z.literal(0),
});
export type WizardArguments = z.infer<typeof wizard>;
export const setUpCompany = siteAction('set_up_company', z.strictObject({ wizard, password: z.string() }), none);

export const setAddress = siteAction('set_address', z.strictObject({ address: z.string() }), none);

const company = z.strictObject({
  name: z.string(),
  abbr: z.string().nullable(),
  default_currency: z.string().nullable(),
  country: z.string().nullable(),
});

const inspectedSite = z.strictObject({
  exists: z.literal(true),
  apps: appNames,
  /** Empty without ERPNext. */
  companies: z.array(company),
  /** Whether what ERPNext's wizard creates for a company is there, by names for people. */
  defaults: z.record(z.string(), z.boolean()),
  appName: z.string().nullable(),
  country: z.string().nullable(),
  /** The requested country as this version of Frappe spells it. */
  spelledCountry: z.string(),
  timeZone: z.string().nullable(),
  setUp: z.boolean(),
  schedulerRuns: z.boolean(),
  /** In octal, e.g. `0o600`. */
  configMode: z.string(),
  address: z.string(),
  link: z.string(),
  userCanLogIn: z.boolean(),
  isSystemManager: z.boolean(),
});

/** The site as a customer will find it. */
export const inspect = siteAction(
  'inspect',
  z.strictObject({
    email: z.string(),
    password: z.string(),
    country: z.strictObject({ name: z.string(), code: z.string() }),
  }),
  z.discriminatedUnion('exists', [z.strictObject({ exists: z.literal(false) }), inspectedSite]),
);

/** Drops the snapshots of a verified site, or keeps them as templates. */
export const settleSite = siteAction('settle_site', none, none);

const sentences = z.array(z.string());

/** The driver's first message, and its first about each request: the secrets that are known by then. */
const started = z.strictObject({ secrets: z.array(z.string()) });
/** What is unavailable while a request runs, in sentences; empty once everything answers again. */
const unavailable = z.strictObject({ unavailable: sentences });
/** How a request ended. */
const ended = z.strictObject({
  /** The action's reply, to be parsed by its schema; null when it was refused or failed. */
  value: z.unknown(),
  /** A newer claim exists, an older one's work does not end, or the name belongs to something else. */
  refused: z.enum(['lost', 'busy', 'taken']).nullable(),
  /** 0 when the action came to its end; otherwise the exit code of the command that failed, or 1 for an exception. */
  code: z.int(),
  /** The signal that killed it, e.g. 9 when the machine ran out of memory. */
  signal: z.int().nullable(),
  /** When it failed: what of the bench was unavailable at that moment, in sentences. */
  missing: sentences,
  /** What the printed lines may contain that nobody must read, besides what the caller knows. */
  secrets: z.array(z.string()),
  /** Where the bench's own database and Redis are, as their clients' errors name them. */
  places: z.array(z.string()),
});
export type Ended = z.infer<typeof ended>;

/** A message of the driver. */
export const message = z.union([started, unavailable, ended]);
