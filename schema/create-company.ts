import { createCompany } from '../src/company/create-company.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';
import { QuotaExceeded } from './quota-exceeded.ts';
import { ValidationError } from './validation-error.ts';

const CreateCompanyInputType = builder.inputType('CreateCompanyInput', {
  description: 'A company, and the site that it shall get.',
  fields: (t) => ({
    companyName: t.string({
      required: true,
      description:
        'At least one letter or digit, and with the abbreviation at most 137 characters; no control or invisible characters.',
    }),
    companyAbbr: t.string({ required: true, description: '1 to 10 letters (A–Z, a–z) or digits, e.g. `ACME`.' }),
    adminEmail: t.string({
      required: true,
      description: 'Who logs in to the site: a single plain address (RFC 5321), up to 140 characters.',
    }),
    adminPassword: t.string({
      required: true,
      description: '8 to 512 characters without control characters. Kept sealed until it was mailed, then erased.',
    }),
    defaultCurrency: t.string({ required: true, description: 'A code in use of ISO 4217, e.g. `USD`.' }),
    country: t.string({
      required: true,
      description:
        'The English name as Frappe, CLDR or ISO 3166 spells it, or the ISO 3166 code of two or three letters.',
    }),
    timeZone: t.string({
      description:
        'Of the site: a name of the IANA’s tz database, e.g. `Europe/Berlin`. By default that of the country’s capital.',
    }),
    domain: t.string({
      required: true,
      description:
        'The site’s host name: two labels or more of letters, digits and hyphens (RFC 1123), e.g. `acme.localhost`, up to 180 characters. No label has two hyphens as its third and fourth character (RFC 5891). No two companies share one, and some are reserved.',
    }),
    apps: t.stringList({
      description: 'The apps to install, by name; up to 20. By default `erpnext` where it is offered.',
    }),
    draft: t.boolean({ description: 'True: stay DRAFT until `provisionCompany`. False by default.' }),
    idempotencyKey: t.string({
      description:
        '1 to 200 visible ASCII characters of your choice. The same key with the same input answers the same company; with another input it is refused. (The password is compared until it is erased.)',
    }),
    customerEmail: t.string({
      description: 'Whom to mail. Partners and operators give it; customers are mailed at their own address.',
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
  description: 'The company is saved; unless it is a draft, it is durably queued.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    company: t.field({ type: CompanyObject, resolve: ({ company }) => company, description: 'The company.' }),
  }),
});

class SiteNameTaken implements FieldProblem {
  readonly message: string;
  readonly field = 'domain';
  readonly domain: string;
  readonly holder: CompanyRow | undefined;
  constructor(domain: string, holder: CompanyRow | undefined) {
    this.domain = domain;
    this.holder = holder;
    this.message = `${holder?.id ?? 'Another company'} has the domain ${domain}; choose another one.`;
  }
}

builder.objectType(SiteNameTaken, {
  name: 'SiteNameTaken',
  isTypeOf: (answer) => answer instanceof SiteNameTaken,
  description: 'Another company holds the domain, or may get a site on it.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    domain: t.exposeString('domain', {
      description: 'The domain in lower case, as it would have become the site’s name.',
    }),
    holder: t.field({
      type: CompanyObject,
      nullable: true,
      resolve: ({ holder }) => holder,
      description: 'The company that holds it, when it is one of yours; null otherwise.',
    }),
  }),
});

class IdempotencyKeyReused implements FieldProblem {
  readonly message = 'This idempotency key came with another input before; use a new key for a new request.';
  readonly field = 'idempotencyKey';
}

builder.objectType(IdempotencyKeyReused, {
  name: 'IdempotencyKeyReused',
  isTypeOf: (answer) => answer instanceof IdempotencyKeyReused,
  description: 'You have used this idempotency key with another input.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
});

const CreateCompanyResult = builder.unionType('CreateCompanyResult', {
  description: 'The company, or why there is none.',
  types: [CreateCompanySuccess, ValidationError, SiteNameTaken, IdempotencyKeyReused, QuotaExceeded],
});

builder.mutationField('createCompany', (t) =>
  t.field({
    type: CreateCompanyResult,
    description:
      'Asks for a company and its site. Answers at once with the company’s id and QUEUED; watch it with `companyStatusChanged`. Send an `idempotencyKey` to be able to repeat a request whose answer got lost.',
    authScopes: { signedIn: true },
    args: { input: t.arg({ type: CreateCompanyInputType, required: true, description: 'What is asked for.' }) },
    resolve: async (_root, { input }, { db, notifier, secrets, ownHosts, siteDomains, quotas, apps, viewer, act }) => {
      const outcome = await createCompany(
        { db, notifier, secrets, ownHosts, siteDomains, quotas, apps: await apps() },
        viewer,
        input,
        act,
      );
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
    },
  }),
);
