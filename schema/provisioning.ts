import type { RecordedStep, StepState } from '../src/company/company.ts';
import type { Failure, FailureReason } from '../src/company/failure.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { builder } from './builder.ts';
import type { Described } from './described.ts';
import { tellReading } from './told-reading.ts';

const StepStateEnum = builder.enumType('StepState', {
  description: 'How far a step is.',
  values: {
    WAITING: { description: 'Its turn has not come.' },
    RUNNING: { description: 'It is being taken.' },
    DONE: { description: 'Its effect is there and was verified.' },
    FAILED: { description: 'It failed, or work was stopped in it.' },
  } satisfies Described<StepState>,
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

export const FailureReasonEnum = builder.enumType('FailureReason', {
  description: 'Why an attempt failed, as programs read it.',
  values: {
    CANCELLED: { description: 'It was cancelled, and what was made was taken back.' },
    TIMED_OUT: { description: 'Its time ran out.' },
    WORKER_LOST: { description: 'It was interrupted too often.' },
    SITE_NAME_TAKEN: { description: 'There is a site of this name that this company did not make.' },
    APP_NOT_AVAILABLE: { description: 'An app that was asked for is not there.' },
    APP_INSTALL_FAILED: { description: 'An app could not be installed.' },
    SET_UP_FAILED: { description: 'The company could not be set up on its site.' },
    HOST_UNAVAILABLE: { description: 'Where sites are made something is missing or does not answer.' },
    VERIFICATION_FAILED: { description: 'The site was made, but is not as it was asked for.' },
    INTERNAL: { description: 'A fault of this service; `detail` has it for operators.' },
  } satisfies Described<FailureReason>,
});

export const ProvisioningFailureObject = builder
  .objectRef<Failure & { readonly company: Pick<CompanyRow, 'id' | 'created_by'> }>('ProvisioningFailure')
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
      referenceId: t.id({
        resolve: ({ company }) => company.id,
        description: 'What to tell support: the company’s id.',
      }),
      step: t.exposeString('step', {
        nullable: true,
        description: 'The name of the step that failed, if one was running.',
      }),
      detail: t.string({
        nullable: true,
        resolve: ({ detail, company }, _args, context) => {
          if (detail !== undefined) tellReading(context, 'READ_FAILURE', company);
          return detail;
        },
        description: 'What the site host said, without secrets. For operators; null for everybody else.',
        authScopes: { operator: true },
        unauthorizedResolver: () => null,
      }),
    }),
  });
