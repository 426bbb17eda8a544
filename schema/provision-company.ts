import { cancelCompany } from '../src/company/cancel-company.ts';
import { parseCompanyId } from '../src/company/company-id.ts';
import { type MoveOutcome, queueCompany } from '../src/company/queue-company.ts';
import type { CompanyStatus } from '../src/company/status.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import type { SchemaContext } from './context.ts';
import { NotFound, WrongStatus } from './problems.ts';

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
  description: 'The queued company, or why it is not queued.',
  types: [ProvisionCompanySuccess, NotFound, WrongStatus],
});

builder.mutationField('provisionCompany', (t) =>
  t.field({
    type: ProvisionCompanyResult,
    description: 'Queues a DRAFT, or a FAILED company for another attempt; that goes on where the last one stopped.',
    authScopes: { signedIn: true },
    args: { companyId: t.arg.id({ required: true, description: 'Which company.' }) },
    resolve: async (_root, { companyId }, context) => {
      const outcome = await moveById(queueCompany, companyId, context);
      return outcome.kind === 'moved'
        ? new ProvisionCompanySuccess(outcome.company)
        : problem(outcome, ['DRAFT', 'FAILED']);
    },
  }),
);

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
        : problem(outcome, ['QUEUED', 'PROVISIONING']);
    },
  }),
);

/** An id that cannot exist is not found, like one that does not. */
async function moveById(
  move: typeof queueCompany,
  companyId: string,
  { em, bell, viewer }: SchemaContext,
): Promise<MoveOutcome> {
  const id = parseCompanyId(companyId);
  return id ? move({ em, bell }, viewer, id) : { kind: 'not-found' };
}

const problem = (outcome: Exclude<MoveOutcome, { kind: 'moved' }>, needed: readonly CompanyStatus[]) =>
  outcome.kind === 'not-found' ? new NotFound() : new WrongStatus(outcome.company.id, outcome.company.status, needed);
