import { queueCompany } from '../src/company/queue-company.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import {
  expectedVersionDescription,
  moveById,
  NotFound,
  ReadOnly,
  VersionConflict,
  WrongStatus,
  whyNotMoved,
} from './move-company.ts';
import { QuotaExceeded } from './quota-exceeded.ts';

class ProvisionCompanySuccess {
  readonly message = 'Queued.';
  readonly company: CompanyRow;
  constructor(company: CompanyRow) {
    this.company = company;
  }
}

builder.objectType(ProvisionCompanySuccess, {
  name: 'ProvisionCompanySuccess',
  description: 'The company is durably queued for a new attempt.',
  isTypeOf: (answer) => answer instanceof ProvisionCompanySuccess,
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    company: t.field({ type: CompanyObject, resolve: ({ company }) => company, description: 'The company.' }),
  }),
});

const ProvisionCompanyResult = builder.unionType('ProvisionCompanyResult', {
  description: 'The queued company, or the reason why it was not queued.',
  types: [ProvisionCompanySuccess, NotFound, ReadOnly, WrongStatus, VersionConflict, QuotaExceeded],
});

builder.mutationField('provisionCompany', (t) =>
  t.field({
    type: ProvisionCompanyResult,
    description: 'Queues a DRAFT, or a FAILED company for another attempt, which continues where the last one stopped.',
    authScopes: { scope: 'companies:write' },
    args: {
      companyId: t.arg.id({ required: true, description: 'The company’s id.' }),
      expectedVersion: t.arg.int({ description: expectedVersionDescription }),
    },
    resolve: async (_root, args, context) => {
      const outcome = await moveById(queueCompany, args, context);
      if (outcome.kind === 'quota-exceeded') return new QuotaExceeded(outcome.exceeded);
      return outcome.kind === 'moved'
        ? new ProvisionCompanySuccess(outcome.company)
        : whyNotMoved(outcome, ['DRAFT', 'FAILED']);
    },
  }),
);
