import { type CompanyCheck, checkCompany } from '../src/company/check-company.ts';
import { defaultAppsOf } from '../src/company/company-request.ts';
import { findUsualDuration } from '../src/provisioning/usual-duration.ts';
import { builder } from './builder.ts';
import { CreateCompanyInputType, SiteNameTaken } from './create-company.ts';
import { QuotaExceeded } from './quota-exceeded.ts';
import { Refusal } from './refusal.ts';
import { ValidationError } from './validation-error.ts';

interface CheckedInput extends CompanyCheck {
  /** The apps that would be installed. */
  readonly apps: readonly string[];
}

const CompanyCheckProblem = builder.unionType('CompanyCheckProblem', {
  description: 'Why `createCompany` would create no company.',
  types: [ValidationError, SiteNameTaken, QuotaExceeded],
});

const CompanyCheckObject = builder.objectRef<CheckedInput>('CompanyCheck').implement({
  description: 'What `createCompany` would answer to an input.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    problems: t.field({
      type: [CompanyCheckProblem],
      resolve: ({ faults, siteName, taken, exceeded }) => [
        ...(faults.length > 0 ? [new ValidationError(faults)] : []),
        ...(siteName && taken ? [new SiteNameTaken(siteName, taken.holder)] : []),
        ...(exceeded ? [new QuotaExceeded(exceeded)] : []),
      ],
      description: 'Everything that is in the way, at most one of each type; empty when the company would be created.',
    }),
    siteUrl: t.string({
      nullable: true,
      resolve: ({ siteName }, _args, { siteUrl }) => (siteName === undefined ? null : siteUrl(siteName)),
      description: 'Where the site would be reached; null when the domain is invalid.',
    }),
    estimatedSeconds: t.int({
      nullable: true,
      complexity: statement,
      resolve: async ({ apps }, _args, { db }) => {
        const seconds = await findUsualDuration(db, apps);
        return seconds === undefined ? null : Math.ceil(seconds);
      },
      description:
        'How many seconds a worker will take, without the time until one is free: half of the newest sites with these apps took less. Null when there is none.',
    }),
  }),
});

/** So that one operation checks a few inputs and not a whole dictionary of domains. */
const statement = 1_000;

builder.queryField('checkCompany', (t) =>
  t.field({
    type: CompanyCheckObject,
    description:
      'Checks an input as `createCompany` would if it were sent for the first time, and changes nothing. Send what is not known yet as empty text: it is reported as REQUIRED. By POST or WebSocket only, since addresses are logged and the input holds a password.',
    complexity: statement,
    authScopes: { scope: 'companies:write' },
    args: { input: t.arg({ type: CreateCompanyInputType, required: true, description: 'The input to check.' }) },
    resolve: async (_root, { input }, { db, ownHosts, siteDomains, quotas, apps, viewer, readsOnly }) => {
      if (readsOnly) throw new Refusal('Send this query by POST: it holds a password.', { code: 'BAD_REQUEST' });
      const offered = await apps();
      const check = await checkCompany({ db, ownHosts, siteDomains, quotas, apps: offered }, viewer, input);
      return { ...check, apps: input.apps ?? defaultAppsOf(offered) };
    },
  }),
);
