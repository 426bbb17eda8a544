import { createCompany } from '../src/company/create-company.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { IdempotencyKeyReused, SiteNameTaken, ValidationError } from './problems.ts';

const CreateCompanyInputType = builder.inputType('CreateCompanyInput', {
  description: 'A company, and the site that it shall get.',
  fields: (t) => ({
    companyName: t.string({
      required: true,
      description: '1 to 140 characters, at least one of them a letter or digit; no control or invisible characters.',
    }),
    companyAbbr: t.string({ required: true, description: '1 to 10 letters (A–Z, a–z) or digits, e.g. `ACME`.' }),
    adminEmail: t.string({
      required: true,
      description: 'Who logs in to the site: a single plain address (RFC 5321), up to 254 characters.',
    }),
    adminPassword: t.string({
      required: true,
      description: '8 to 512 characters without control characters. Kept sealed until it was mailed, then erased.',
    }),
    defaultCurrency: t.string({ required: true, description: 'A code in use of ISO 4217, e.g. `USD`.' }),
    country: t.string({
      required: true,
      description: 'The English name as Frappe spells it, or the ISO 3166 code of two or three letters.',
    }),
    domain: t.string({
      required: true,
      description:
        'The site’s host name: two labels or more of lower-case letters, digits and hyphens (RFC 1123), e.g. `acme.localhost`. No two companies share one, and some are reserved.',
    }),
    apps: t.stringList({
      description: 'The apps to install, by name; up to 20. By default `erpnext` where it is offered.',
    }),
    draft: t.boolean({ description: 'True: stay DRAFT until `provisionCompany`. False by default.' }),
    idempotencyKey: t.string({
      description:
        '1 to 200 visible ASCII characters of your choice. The same key with the same input answers the same company; with another input it is refused.',
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

const CreateCompanyResult = builder.unionType('CreateCompanyResult', {
  description: 'The company, or why there is none.',
  types: [CreateCompanySuccess, ValidationError, SiteNameTaken, IdempotencyKeyReused],
});

builder.mutationField('createCompany', (t) =>
  t.field({
    type: CreateCompanyResult,
    description:
      'Asks for a company and its site. Answers at once with the company’s id and QUEUED; watch it with `companyStatusChanged`. Send an `idempotencyKey` to be able to repeat a request whose answer got lost.',
    authScopes: { signedIn: true },
    args: { input: t.arg({ type: CreateCompanyInputType, required: true, description: 'What is asked for.' }) },
    resolve: async (_root, { input }, { em, bell, secrets, ownHosts, apps, viewer }) => {
      const outcome = await createCompany({ em, bell, secrets, ownHosts, apps: await apps() }, viewer, input);
      switch (outcome.kind) {
        case 'created':
          return new CreateCompanySuccess(outcome.company);
        case 'invalid':
          return new ValidationError(outcome.faults);
        case 'site-name-taken':
          return new SiteNameTaken(outcome.siteName);
        case 'idempotency-key-reused':
          return new IdempotencyKeyReused();
      }
    },
  }),
);
