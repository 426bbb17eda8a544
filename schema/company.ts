import { parseCompanyId } from '../src/company/company-id.ts';
import { type MetadataEntry, mostMetadata } from '../src/company/company-request.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { isOwnedBy, isVisibleTo } from '../src/company/visibility.ts';
import { builder } from './builder.ts';
import { columnsOf, reads } from './company-columns.ts';
import { CompanyStatusEnum, SiteStatusEnum } from './company-status.ts';
import { NodeInterface } from './node.ts';
import { ProvisioningFailureObject, ProvisioningStepObject } from './provisioning.ts';
import { badArgument } from './refusal.ts';

export const CompanyObject = builder.objectRef<CompanyRow>('Company');

CompanyObject.implement({
  description:
    'A company and its site. It belongs to those who created it; the customer at its `customerEmail` may watch it, when their token carries that address as verified (`email_verified`).',
  interfaces: [NodeInterface],
  authScopes: (company, { viewer }) => viewer.scopes.includes('companies:read') && isVisibleTo(viewer, company),
  fields: (t) => ({
    id: t.exposeID('id', {
      description: '`COMP-<year>-<number of at least five digits>`. Numbering restarts every year and may have gaps.',
    }),
    companyName: t.exposeString('company_name', { description: '1 to 140 characters, in Unicode’s NFC.' }),
    companyAbbr: t.exposeString('company_abbr', { description: '1 to 10 letters or digits.' }),
    adminEmail: t.exposeString('admin_email', { description: 'The login of the site’s administrator.' }),
    defaultCurrency: t.exposeString('default_currency', { description: 'An ISO 4217 code, e.g. `USD`.' }),
    country: t.exposeString('country', { description: 'The English name, as Frappe spells it.' }),
    timeZone: t.exposeString('time_zone', {
      nullable: true,
      description: 'The requested time zone; null for that of the country’s capital.',
    }),
    locale: t.exposeString('locale', {
      nullable: true,
      description:
        'The requested language of the customer: a tag of BCP 47 in its canonical spelling; null for English.',
    }),
    apps: t.exposeStringList('apps', { description: 'The apps to install, in order.' }),
    customerEmail: t.exposeString('customer_email', {
      description: 'The address that is mailed when the site is ready or the attempt failed.',
    }),
    externalReference: t.string({
      nullable: true,
      extensions: reads('external_reference'),
      resolve: (company, _args, { viewer }) => (isOwnedBy(viewer, company) ? company.external_reference : null),
      description:
        'What its creator calls it, e.g. an order number; null when they did not say, and for the customer, who does not see their notes.',
    }),
    metadata: t.field({
      type: [MetadataEntryObject],
      complexity: { field: 1, multiplier: mostMetadata.entries },
      extensions: reads('metadata'),
      resolve: (company, _args, { viewer }) => (isOwnedBy(viewer, company) ? company.metadata : []),
      description: 'What its creator noted about it, ordered by key; empty for the customer.',
    }),
    status: t.field({
      type: CompanyStatusEnum,
      extensions: reads('status'),
      resolve: ({ status }) => status,
      description: 'The company’s status.',
    }),
    siteStatus: t.field({
      type: SiteStatusEnum,
      extensions: reads('site_status'),
      resolve: ({ site_status }) => site_status,
      description: 'The state of its site.',
    }),
    siteName: t.exposeString('site_name', { description: 'The requested domain, in lower case.' }),
    siteUrl: t.string({
      extensions: reads('site_name'),
      resolve: ({ site_name }, _args, { siteUrl }) => siteUrl(site_name),
      description: 'The address of the site once the company is ACTIVE.',
    }),
    provisioningStartedAt: t.expose('provisioning_started_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker first claimed the present attempt.',
    }),
    provisioningCompletedAt: t.expose('provisioning_completed_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When the present attempt ended, successfully or not.',
    }),
    provisioningNotes: t.exposeString('provisioning_notes', {
      nullable: true,
      description: 'One sentence in English on how the present attempt ended.',
    }),
    attempt: t.exposeInt('attempt', {
      description: 'The number of the present attempt; 0 for a draft that was never queued.',
    }),
    version: t.exposeInt('version', { description: 'The version of the newest event, for `sinceVersion`.' }),
    progress: t.exposeInt('progress', { description: 'Of the present attempt, 0 to 100; 100 only when ACTIVE.' }),
    steps: t.field({
      type: [ProvisioningStepObject],
      extensions: reads('steps'),
      resolve: ({ steps }) => steps,
      description: 'The steps of the attempt, in order; empty until a worker has planned them.',
    }),
    failure: t.field({
      type: ProvisioningFailureObject,
      nullable: true,
      extensions: reads('failure', 'id', 'created_by', 'locale', 'apps', 'site_name'),
      resolve: (company) => company.failure && { ...company.failure, company },
      description: 'Why the company is FAILED; null otherwise.',
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When the company was created.' }),
  }),
});

/** A list instead of a JSON scalar: clients get types for it, its bounds are checked like any other field's, and a selection costs what it weighs. */
const MetadataEntryObject = builder.objectRef<MetadataEntry>('MetadataEntry').implement({
  description: 'A note of the creator about a company; this service does not interpret it.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The name of the note, once per company.' }),
    value: t.exposeString('value', { description: 'The note.' }),
  }),
});

/** In seconds; proxies and clients give up after a minute or so. */
const longestWait = 30;

builder.queryField('company', (t) =>
  t.field({
    type: CompanyObject,
    nullable: true,
    description: 'The company with this id; null when it does not exist or you may not see it.',
    authScopes: { scope: 'companies:read' },
    args: {
      id: t.arg.id({ required: true, description: 'E.g. `COMP-2026-00001`.' }),
      afterVersion: t.arg.int({
        description:
          'For clients that cannot stream: the last version you have seen. The answer waits for a newer one, up to `waitSeconds`; it comes at once when there is one, and when the company is ACTIVE or FAILED.',
      }),
      waitSeconds: t.arg.int({
        description: `How long to wait for a version after \`afterVersion\`: 0 to ${longestWait} seconds, ${longestWait} by default. A waiting request counts as an open stream.`,
      }),
    },
    resolve: async (_root, { id: given, afterVersion, waitSeconds }, context, info) => {
      const { viewer, companies, streams, waitAside } = context;
      const seconds = waitSeconds ?? longestWait;
      if (seconds < 0 || seconds > longestWait) throw badArgument('waitSeconds', `Wait 0 to ${longestWait} seconds.`);
      if (waitSeconds != null && afterVersion == null) {
        throw badArgument('afterVersion', 'Give the last version you have seen, or leave out waitSeconds.');
      }
      const id = parseCompanyId(given);
      const columns = afterVersion == null ? columnsOf(info) : undefined;
      const company = id && (await companies.find(viewer, id, columns));
      if (!company || afterVersion == null) return company;
      if (afterVersion < 0 || afterVersion > company.version) {
        throw badArgument('afterVersion', `Give a version from 0 to ${company.version}, the company's newest.`);
      }
      if (afterVersion < company.version) return company;
      await waitAside((over) => streams.newer(company, over), seconds * 1_000);
      return companies.find(viewer, company.id);
    },
  }),
);
