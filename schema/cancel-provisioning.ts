import { cancelCompany } from '../src/company/cancel-company.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { moveById, NotFound, WrongStatus, whyNotMoved } from './move-company.ts';

class CancelProvisioningSuccess {
  readonly message: string;
  readonly company: CompanyRow;
  constructor(company: CompanyRow) {
    this.company = company;
    this.message =
      company.status === 'DRAFT' ? 'Cancelled; it is a draft again.' : 'It is being stopped and taken back.';
  }
}

builder.objectType(CancelProvisioningSuccess, {
  name: 'CancelProvisioningSuccess',
  description: 'The company is a DRAFT again, or is about to be FAILED with the reason CANCELLED.',
  isTypeOf: (answer) => answer instanceof CancelProvisioningSuccess,
  authScopes: { signedIn: true },
  fields: (t) => ({
    message: t.exposeString('message', { description: 'One sentence for people.' }),
    company: t.field({ type: CompanyObject, resolve: ({ company }) => company, description: 'The company.' }),
  }),
});

const CancelProvisioningResult = builder.unionType('CancelProvisioningResult', {
  description: 'The company that is cancelled, or why it is not.',
  types: [CancelProvisioningSuccess, NotFound, WrongStatus],
});

builder.mutationField('cancelProvisioning', (t) =>
  t.field({
    type: CancelProvisioningResult,
    description:
      'Cancels what waits or works. A QUEUED company is a DRAFT at once. One that is PROVISIONING is stopped within seconds: what was made is taken back, and it is FAILED with the reason CANCELLED.',
    authScopes: { signedIn: true },
    args: { companyId: t.arg.id({ required: true, description: 'Which company.' }) },
    resolve: async (_root, { companyId }, context) => {
      const outcome = await moveById(cancelCompany, companyId, context);
      return outcome.kind === 'moved'
        ? new CancelProvisioningSuccess(outcome.company)
        : whyNotMoved(outcome, ['QUEUED', 'PROVISIONING']);
    },
  }),
);
