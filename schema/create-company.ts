import type { GraphQLResolveInfo } from 'graphql';
import { longestExternalReference, mostMetadata } from '../src/company/company-request.ts';
import { type CreateCompanyDeps, type CreateCompanyOutcome, createCompany } from '../src/company/create-company.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { offeredLanguages } from '../src/language/language.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { columnsOf } from './company-columns.ts';
import type { SchemaContext } from './context.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';
import { QuotaExceeded } from './quota-exceeded.ts';
import { ValidationError } from './validation-error.ts';

const { entries: mostEntries, key: longestKey, value: longestValue } = mostMetadata;

export const MetadataEntryInput = builder.inputType('MetadataEntryInput', {
  description: 'A note about a company; this service does not interpret it.',
  fields: (t) => ({
    key: t.string({ required: true, description: `1 to ${longestKey} characters without control characters.` }),
    value: t.string({ required: true, description: `Up to ${longestValue} characters without control characters.` }),
  }),
});

export const CreateCompanyInputType = builder.inputType('CreateCompanyInput', {
  description: 'The company to create, and its site.',
  fields: (t) => ({
    companyName: t.string({
      required: true,
      description:
        'At least one letter or digit, at most 137 characters together with the abbreviation; no control or invisible characters.',
    }),
    companyAbbr: t.string({ required: true, description: '1 to 10 letters (A–Z, a–z) or digits, e.g. `ACME`.' }),
    adminEmail: t.string({
      required: true,
      description: 'The login of the site’s administrator: one plain address (RFC 5321) of up to 140 characters.',
    }),
    adminPassword: t.string({
      required: true,
      description: '8 to 512 characters without control characters. Stored encrypted until it is mailed, then erased.',
    }),
    defaultCurrency: t.string({ required: true, description: 'An active ISO 4217 code, e.g. `USD`.' }),
    country: t.string({
      required: true,
      description: 'The English name as Frappe, CLDR or ISO 3166 spells it, or the two- or three-letter ISO 3166 code.',
    }),
    timeZone: t.string({
      description:
        'The site’s time zone: a name of the IANA tz database, e.g. `Europe/Berlin`. By default that of the country’s capital.',
    }),
    locale: t.string({
      description: `The language of the mails and of \`failure.localizedMessage\`: a tag of BCP 47 of up to 35 characters, e.g. \`de-AT\`, whose region decides how dates are written. Offered are ${offeredLanguages.map((tag) => `\`${tag}\``).join(', ')}; \`es-MX\` gets \`es\`, and a language that is not offered English, which is the default. All other sentences of this API are in English, and the site’s own language is not changed.`,
    }),
    domain: t.string({
      required: true,
      description:
        'The site’s host name: two labels or more of letters, digits and hyphens (RFC 1123), e.g. `acme.localhost`, up to 180 characters. No label may have hyphens as both its third and fourth character (RFC 5891). No two companies share a domain, and some are reserved.',
    }),
    apps: t.stringList({
      description: 'The apps to install, by name; up to 20. By default `erpnext` where it is offered.',
    }),
    draft: t.boolean({ description: 'True: stay DRAFT until `provisionCompany`. False by default.' }),
    idempotencyKey: t.string({
      description:
        '1 to 200 visible ASCII characters of your choice. Repeating a key with the same input returns the same company; with different input it is refused. (The password is compared until it is erased.)',
    }),
    externalReference: t.string({
      description: `What you call the company, e.g. an order number, to find it by: 1 to ${longestExternalReference} characters without control characters. It need not be unique.`,
    }),
    metadata: t.field({
      type: [MetadataEntryInput],
      description: `Your notes about the company: at most ${mostEntries}, each key once. Not a place for secrets. They count as input of the \`idempotencyKey\`, in any order.`,
    }),
    customerEmail: t.string({
      description: 'The address to mail. Given by partners and operators; customers are mailed at their own address.',
    }),
  }),
});

class CreateCompanySuccess {
  readonly company: CompanyRow;
  readonly message: string;
  constructor(company: CompanyRow) {
    const { id, status, site_name: siteName } = company;
    this.company = company;
    this.message =
      status === 'DRAFT'
        ? `${id} is saved as a draft; provisionCompany queues it.`
        : `${id} is ${status.toLowerCase()}; its site is ${siteName}.`;
  }
}

builder.objectType(CreateCompanySuccess, {
  name: 'CreateCompanySuccess',
  isTypeOf: (answer) => answer instanceof CreateCompanySuccess,
  description: 'The company is stored and, unless it is a draft, durably queued.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    company: t.field({ type: CompanyObject, resolve: ({ company }) => company, description: 'The company.' }),
  }),
});

export class SiteNameTaken implements FieldProblem {
  readonly message: string;
  readonly field = 'domain';
  readonly domain: string;
  readonly holder: CompanyRow | undefined;
  constructor(domain: string, holder: CompanyRow | undefined) {
    this.domain = domain;
    this.holder = holder;
    this.message = `The domain ${domain} belongs to ${holder?.id ?? 'another company'}; choose another one.`;
  }
}

builder.objectType(SiteNameTaken, {
  name: 'SiteNameTaken',
  isTypeOf: (answer) => answer instanceof SiteNameTaken,
  description: 'The domain belongs to another company.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    domain: t.exposeString('domain', {
      description: 'The domain in lower case.',
    }),
    holder: t.field({
      type: CompanyObject,
      nullable: true,
      resolve: ({ holder }) => holder,
      description: 'The company that it belongs to, if that is one of yours; null otherwise.',
    }),
  }),
});

class IdempotencyKeyReused implements FieldProblem {
  readonly message = 'This idempotency key was used with different input before; use a new key for a new request.';
  readonly field = 'idempotencyKey';
}

builder.objectType(IdempotencyKeyReused, {
  name: 'IdempotencyKeyReused',
  isTypeOf: (answer) => answer instanceof IdempotencyKeyReused,
  description: 'You have used this idempotency key with different input.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
});

export const CreateCompanyResult = builder.unionType('CreateCompanyResult', {
  description: 'The company, or the reason why none was created.',
  types: [CreateCompanySuccess, ValidationError, SiteNameTaken, IdempotencyKeyReused, QuotaExceeded],
});

/** What a viewer needs to create companies, of which the field selects `company`. */
export async function depsOf(context: SchemaContext, info: GraphQLResolveInfo): Promise<CreateCompanyDeps> {
  const { db, notifier, secrets, ownHosts, siteDomains, quotas, apps } = context;
  const columns = columnsOf(info, 'company');
  return { db, notifier, secrets, ownHosts, siteDomains, quotas, apps: await apps(), columns };
}

export function resultOf(outcome: CreateCompanyOutcome): typeof CreateCompanyResult.$inferType {
  switch (outcome.kind) {
    case 'created':
      return new CreateCompanySuccess(outcome.company);
    case 'invalid':
      return new ValidationError(outcome.faults);
    case 'site-name-taken':
      return new SiteNameTaken(outcome.siteName, outcome.holder);
    case 'idempotency-key-reused':
      return new IdempotencyKeyReused();
    case 'quota-exceeded':
      return new QuotaExceeded(outcome.exceeded);
  }
}

builder.mutationField('createCompany', (t) =>
  t.field({
    type: CreateCompanyResult,
    description:
      'Creates a company and queues its site. Returns at once with the company’s id and status QUEUED; watch it with `companyStatusChanged`. Send an `idempotencyKey` so that a request whose response was lost can be repeated safely.',
    authScopes: { scope: 'companies:write' },
    args: { input: t.arg({ type: CreateCompanyInputType, required: true, description: 'The company to create.' }) },
    resolve: async (_root, { input }, context, info) =>
      resultOf(await createCompany(await depsOf(context, info), context.viewer, input, context.act)),
  }),
);
