import type { Act } from '../src/company/act.ts';
import { type CompanyId, parseCompanyId } from '../src/company/company-id.ts';
import type { MoveOutcome, QueueDeps } from '../src/company/queue-company.ts';
import type { Requester } from '../src/company/requester.ts';
import type { CompanyStatus } from '../src/company/status.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import { CompanyStatusEnum } from './company-status.ts';
import type { SchemaContext } from './context.ts';
import { type FieldProblem, FieldProblemInterface, ProblemInterface } from './problem.ts';

export class NotFound implements FieldProblem {
  readonly message = 'No such company exists.';
  readonly field = 'companyId';
}

builder.objectType(NotFound, {
  name: 'NotFound',
  isTypeOf: (answer) => answer instanceof NotFound,
  description: 'The company does not exist, or you may not see it.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
});

export class ReadOnly implements FieldProblem {
  readonly message = 'Only those who created this company may change it.';
  readonly field = 'companyId';
}

builder.objectType(ReadOnly, {
  name: 'ReadOnly',
  isTypeOf: (answer) => answer instanceof ReadOnly,
  description:
    'You may see the company, since its mails go to you, but not change it: it belongs to those who created it.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
});

export class WrongStatus implements FieldProblem {
  readonly message: string;
  readonly field = 'companyId';
  readonly companyId: CompanyId;
  readonly status: CompanyStatus;
  constructor(companyId: CompanyId, status: CompanyStatus, needed: readonly CompanyStatus[]) {
    this.companyId = companyId;
    this.status = status;
    this.message = needed.includes(status)
      ? 'A worker has worked on this company already; it can only be provisioned again.'
      : `The company is ${status}, but must be ${needed.join(' or ')} for this.`;
  }
}

builder.objectType(WrongStatus, {
  name: 'WrongStatus',
  isTypeOf: (answer) => answer instanceof WrongStatus,
  description: 'The company’s status does not allow this now.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    companyId: t.exposeID('companyId', { description: 'The company’s id.' }),
    status: t.field({ type: CompanyStatusEnum, resolve: ({ status }) => status, description: 'The company’s status.' }),
  }),
});

export class VersionConflict implements FieldProblem {
  readonly message: string;
  readonly field = 'expectedVersion';
  readonly company: CompanyRow;
  constructor(company: CompanyRow) {
    this.company = company;
    this.message = `The company is at version ${company.version} now; look at it before you change it.`;
  }
}

builder.objectType(VersionConflict, {
  name: 'VersionConflict',
  isTypeOf: (answer) => answer instanceof VersionConflict,
  description:
    'The company is at another version than `expectedVersion`: something has happened that you have not seen.',
  interfaces: [ProblemInterface, FieldProblemInterface],
  authScopes: { signedIn: true },
  fields: (t) => ({
    company: t.field({
      type: CompanyObject,
      resolve: ({ company }) => company,
      description: 'The company as it is now, with its present `version`.',
    }),
  }),
});

export const expectedVersionDescription =
  'Change the company only if it is at this version. The same request with the same version may be repeated: it is made once, and answered the same way. Without it a repetition may meet another status.';

/** An impossible id is not found, like one that does not exist. */
export async function moveById<Outcome>(
  move: (deps: QueueDeps, requester: Requester, id: CompanyId, act?: Act, expectedVersion?: number) => Promise<Outcome>,
  { companyId, expectedVersion }: { readonly companyId: string; readonly expectedVersion?: number | null | undefined },
  { db, notifier, quotas, viewer, act }: SchemaContext,
): Promise<Outcome | { readonly kind: 'not-found' }> {
  const id = parseCompanyId(companyId);
  return id ? move({ db, notifier, quotas }, viewer, id, act, expectedVersion ?? undefined) : { kind: 'not-found' };
}

export function whyNotMoved(outcome: Exclude<MoveOutcome, { kind: 'moved' }>, needed: readonly CompanyStatus[]) {
  switch (outcome.kind) {
    case 'not-found':
      return new NotFound();
    case 'read-only':
      return new ReadOnly();
    case 'version-conflict':
      return new VersionConflict(outcome.company);
    case 'wrong-status':
      return new WrongStatus(outcome.company.id, outcome.company.status, needed);
  }
}
