import { parseCompanyId } from '../src/company/company-id.ts';
import { correctCompany } from '../src/company/correct-company.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { MetadataEntryInput, SiteNameTaken } from './create-company.ts';
import {
  expectedVersionDescription,
  NotFound,
  ReadOnly,
  VersionConflict,
  WrongStatus,
  whyNotMoved,
} from './move-company.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';
import { ValidationError } from './validation-error.ts';

const CorrectCompanyInput = builder.inputType('CorrectCompanyInput', {
  description:
    'What is to be different, by the rules of `CreateCompanyInput`; what is null or left out stays. `externalReference`, `metadata`, `locale` and `customerEmail` may be corrected at any status, everything else only of a DRAFT that no worker has ever worked on.',
  fields: (t) => ({
    companyName: t.string({ description: 'The company’s name.' }),
    companyAbbr: t.string({ description: 'The abbreviation.' }),
    adminEmail: t.string({ description: 'The login of the site’s administrator.' }),
    adminPassword: t.string({ description: 'The administrator’s password.' }),
    defaultCurrency: t.string({ description: 'The currency.' }),
    country: t.string({ description: 'The country.' }),
    timeZone: t.string({ description: 'The site’s time zone.' }),
    locale: t.string({ description: 'The language of mails that were not sent yet.' }),
    domain: t.string({ description: 'The site’s host name. The former one is free again.' }),
    apps: t.stringList({ description: 'All apps to install.' }),
    customerEmail: t.string({
      description:
        'The address to mail, for partners and operators. A mail that was not accepted yet is sent to this address at once.',
    }),
    externalReference: t.string({ description: 'What you call the company.' }),
    metadata: t.field({ type: [MetadataEntryInput], description: 'All of your notes; an empty list removes them.' }),
  }),
});

class CorrectCompanySuccess {
  readonly message = 'Corrected.';
  readonly company: CompanyRow;
  constructor(company: CompanyRow) {
    this.company = company;
  }
}

builder.objectType(CorrectCompanySuccess, {
  name: 'CorrectCompanySuccess',
  description: 'The company is as the correction says.',
  isTypeOf: (answer) => answer instanceof CorrectCompanySuccess,
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    company: t.field({ type: CompanyObject, resolve: ({ company }) => company, description: 'The company.' }),
  }),
});

class AlreadyMailed implements FieldProblem {
  readonly message = 'The mail was accepted for the present address, or is being sent there right now.';
  readonly field = 'customerEmail';
}

builder.objectType(AlreadyMailed, {
  name: 'AlreadyMailed',
  isTypeOf: (answer) => answer instanceof AlreadyMailed,
  description: 'It is too late to correct the address: the mail about the company’s last attempt is out.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
});

const CorrectCompanyResult = builder.unionType('CorrectCompanyResult', {
  description: 'The corrected company, or the reason why it was not corrected.',
  types: [
    CorrectCompanySuccess,
    ValidationError,
    SiteNameTaken,
    NotFound,
    ReadOnly,
    WrongStatus,
    VersionConflict,
    AlreadyMailed,
  ],
});

builder.mutationField('correctCompany', (t) =>
  t.field({
    type: CorrectCompanyResult,
    description:
      'Corrects what was requested, as one event: ADDRESS_CORRECTED when `customerEmail` changes, else CORRECTED. A correction that changes nothing succeeds without an event.',
    authScopes: { scope: 'companies:write' },
    args: {
      companyId: t.arg.id({ required: true, description: 'The company’s id.' }),
      input: t.arg({ type: CorrectCompanyInput, required: true, description: 'What is to be different.' }),
      expectedVersion: t.arg.int({ description: expectedVersionDescription }),
    },
    resolve: async (_root, { companyId, input, expectedVersion }, context) => {
      const { db, notifier, secrets, ownHosts, siteDomains, apps, viewer, act } = context;
      const id = parseCompanyId(companyId);
      if (!id) return new NotFound();
      const deps = { db, notifier, secrets, ownHosts, siteDomains, apps: await apps() };
      const outcome = await correctCompany(deps, viewer, id, input, act, expectedVersion ?? undefined);
      switch (outcome.kind) {
        case 'moved':
          return new CorrectCompanySuccess(outcome.company);
        case 'invalid':
          return new ValidationError(outcome.faults);
        case 'site-name-taken':
          return new SiteNameTaken(outcome.siteName, outcome.holder);
        case 'mailed':
          return new AlreadyMailed();
        default:
          return whyNotMoved(outcome, ['DRAFT']);
      }
    },
  }),
);
