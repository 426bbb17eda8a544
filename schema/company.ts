import { type ResolveCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import { parseCompanyId } from '../src/company/company-id.ts';
import { findCompanies, findCompany, isVisibleTo } from '../src/company/find-companies.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyStatusEnum, SiteStatusEnum } from './company-status.ts';
import { page, pageArguments, pageComplexity, windowOf } from './page.ts';
import { ProvisioningFailureObject, ProvisioningStepObject } from './provisioning.ts';
import { badArgument } from './refusal.ts';

export const CompanyObject = builder.objectRef<CompanyRow>('Company');

CompanyObject.implement({
  description: 'A company that was asked for, and its site.',
  authScopes: (company, { viewer }) => isVisibleTo(viewer, company),
  fields: (t) => ({
    id: t.exposeID('id', {
      description: '`COMP-<year>-<number of five digits or more>`. Numbers begin anew each year; some may be left out.',
    }),
    companyName: t.exposeString('company_name', { description: '1 to 140 characters, in Unicode’s NFC.' }),
    companyAbbr: t.exposeString('company_abbr', { description: '1 to 10 letters or digits.' }),
    adminEmail: t.exposeString('admin_email', { description: 'Who can log in to the site as its administrator.' }),
    defaultCurrency: t.exposeString('default_currency', { description: 'An ISO 4217 code, e.g. `USD`.' }),
    country: t.exposeString('country', { description: 'The English name, as Frappe spells it.' }),
    timeZone: t.exposeString('time_zone', {
      nullable: true,
      description: 'The time zone that was asked for; null where it is that of the country’s capital.',
    }),
    apps: t.exposeStringList('apps', { description: 'The apps that are installed, in order.' }),
    customerEmail: t.exposeString('customer_email', {
      description: 'Who is mailed when the site is ready, or failed.',
    }),
    status: t.field({
      type: CompanyStatusEnum,
      resolve: ({ status }) => status,
      description: 'Where the company stands.',
    }),
    siteStatus: t.field({
      type: SiteStatusEnum,
      resolve: ({ site_status }) => site_status,
      description: 'What stands of its site.',
    }),
    siteName: t.exposeString('site_name', { description: 'The domain asked for, in lower case.' }),
    siteUrl: t.string({
      resolve: ({ site_name }, _args, { siteUrl }) => siteUrl(site_name),
      description: 'Where the site answers once the company is ACTIVE.',
    }),
    provisioningStartedAt: t.expose('provisioning_started_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker first took up the present attempt.',
    }),
    provisioningCompletedAt: t.expose('provisioning_completed_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When the present attempt ended, well or not.',
    }),
    provisioningNotes: t.exposeString('provisioning_notes', {
      nullable: true,
      description: 'One sentence on how the present attempt ended.',
    }),
    attempt: t.exposeInt('attempt', { description: 'How often the company was queued; 0 for a new draft.' }),
    version: t.exposeInt('version', { description: 'The version of the newest event; what `sinceVersion` takes.' }),
    progress: t.exposeInt('progress', { description: 'Of the present attempt, 0 to 100; 100 only when ACTIVE.' }),
    steps: t.field({
      type: [ProvisioningStepObject],
      resolve: ({ steps }) => steps,
      description: 'The steps of the attempt, in order; none before a worker has planned them.',
    }),
    failure: t.field({
      type: ProvisioningFailureObject,
      nullable: true,
      resolve: (company) => company.failure && { ...company.failure, company },
      description: 'Why the company is FAILED; null otherwise.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When the company was asked for.' }),
  }),
});

const CompanyFilterInput = builder.inputType('CompanyFilter', {
  description: 'Which companies to list; what is left out does not matter.',
  fields: (t) => ({
    status: t.field({ type: [CompanyStatusEnum], description: 'In one of these statuses.' }),
    text: t.string({
      description:
        'Found in the name, abbreviation, id, site name or admin e-mail, whatever the case. Up to 140 characters.',
    }),
  }),
});

builder.queryField('company', (t) =>
  t.field({
    type: CompanyObject,
    nullable: true,
    description: 'The company of this id, or null when there is none, or not for you.',
    authScopes: { signedIn: true },
    args: { id: t.arg.id({ required: true, description: 'E.g. `COMP-2026-00001`.' }) },
    resolve: async (_root, args, { db, viewer }) => {
      const id = parseCompanyId(args.id);
      return id && (await findCompany(db, viewer, id));
    },
  }),
);

builder.queryField('companies', (t) =>
  t.connection(
    {
      type: CompanyObject,
      description: 'Your companies, newest first; at most 100 at a time.',
      complexity: pageComplexity,
      authScopes: { signedIn: true },
      args: { filter: t.arg({ type: CompanyFilterInput, description: 'Which companies to list; all by default.' }) },
      resolve: (_root, { filter, ...args }, { db, viewer }) => {
        const text = filter?.text?.trim();
        if (text && text.length > 140) throw badArgument('filter.text', 'Shorten the text to 140 characters.');
        return resolveCursorConnection(
          { ...page, args: pageArguments(args), toCursor: ({ position }: CompanyRow) => String(position) },
          (asked: ResolveCursorConnectionArgs) =>
            findCompanies(db, viewer, { statuses: filter?.status ?? undefined, text }, windowOf(asked)),
        );
      },
    },
    { name: 'CompanyConnection' },
    { name: 'CompanyEdge' },
  ),
);
