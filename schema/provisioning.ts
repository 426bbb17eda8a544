import { type RecordedStep, stepStates } from '../src/company/company.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { type Failure, failureReasons } from '../src/company/failure.ts';
import { builder } from './builder.ts';

const StepStateEnum = builder.enumType('StepState', {
  description: 'How far a step is.',
  values: stepStates,
});

export const ProvisioningStepObject = builder.objectRef<RecordedStep>('ProvisioningStep').implement({
  description: 'One step on the way to a site, e.g. installing an app.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What events call it: `create-site`, `install-app:erpnext`.' }),
    title: t.exposeString('title', { description: 'What it does, for people.' }),
    state: t.field({ type: StepStateEnum, resolve: ({ state }) => state, description: 'How far it is.' }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ startedAt }) => startedAt,
      description: 'When it was started last; null while it waits.',
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ finishedAt }) => finishedAt,
      description: 'When it was done or failed; null before.',
    }),
  }),
});

const FailureReasonEnum = builder.enumType('FailureReason', {
  description: 'Why an attempt failed, as programs read it.',
  values: failureReasons,
});

export const ProvisioningFailureObject = builder
  .objectRef<Failure & { readonly companyId: CompanyId }>('ProvisioningFailure')
  .implement({
    description: 'Why the last attempt failed.',
    authScopes: { signedIn: true },
    fields: (t) => ({
      reason: t.field({
        type: FailureReasonEnum,
        resolve: ({ reason }) => reason,
        description: 'The kind of failure.',
      }),
      message: t.exposeString('message', { description: 'One plain sentence for the customer.' }),
      referenceId: t.exposeID('companyId', { description: 'What to tell support: the company’s id.' }),
      step: t.exposeString('step', {
        nullable: true,
        description: 'The name of the step that failed, if one was running.',
      }),
      detail: t.exposeString('detail', {
        nullable: true,
        description: 'What the site host said, without secrets. For operators; null for everybody else.',
        authScopes: { operator: true },
        unauthorizedResolver: () => null,
      }),
    }),
  });
