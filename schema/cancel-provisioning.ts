import { cancelCompany } from '../src/company/cancel-company.ts';
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

class CancelProvisioningSuccess {
  readonly message: string;
  readonly company: CompanyRow;
  constructor(company: CompanyRow) {
    this.company = company;
    this.message =
      company.status === 'DRAFT'
        ? 'Cancelled; the company is a draft again.'
        : 'Provisioning is being cancelled and rolled back.';
  }
}

builder.objectType(CancelProvisioningSuccess, {
  name: 'CancelProvisioningSuccess',
  description: 'The company is a DRAFT again, or will be FAILED with the reason CANCELLED within seconds.',
  isTypeOf: (answer) => answer instanceof CancelProvisioningSuccess,
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    company: t.field({ type: CompanyObject, resolve: ({ company }) => company, description: 'The company.' }),
  }),
});

const CancelProvisioningResult = builder.unionType('CancelProvisioningResult', {
  description: 'The cancelled company, or the reason why it was not cancelled.',
  types: [CancelProvisioningSuccess, NotFound, ReadOnly, WrongStatus, VersionConflict],
});

builder.mutationField('cancelProvisioning', (t) =>
  t.field({
    type: CancelProvisioningResult,
    description:
      'Cancels a queued or running attempt. A QUEUED company becomes a DRAFT at once. A PROVISIONING one is stopped within seconds: its site is rolled back, and it becomes FAILED with the reason CANCELLED.',
    authScopes: { scope: 'companies:write' },
    args: {
      companyId: t.arg.id({ required: true, description: 'The company’s id.' }),
      expectedVersion: t.arg.int({ description: expectedVersionDescription }),
    },
    resolve: async (_root, args, context) => {
      const outcome = await moveById(cancelCompany, args, context);
      return outcome.kind === 'moved'
        ? new CancelProvisioningSuccess(outcome.company)
        : whyNotMoved(outcome, ['QUEUED', 'PROVISIONING']);
    },
  }),
);
