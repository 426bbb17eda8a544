import type { RecordedStep, StepState } from '../src/company/company.ts';
import type { Failure, FailureReason } from '../src/company/failure.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { failureSentence } from '../src/language/failure-sentence.ts';
import { languageFor } from '../src/language/language.ts';
import { builder, type Described } from './builder.ts';
import { recordReading } from './record-reading.ts';

const StepStateEnum = builder.enumType('StepState', {
  description: 'The state of a step.',
  values: {
    WAITING: { description: 'Not started.' },
    RUNNING: { description: 'In progress.' },
    DONE: { description: 'Completed and verified.' },
    FAILED: { description: 'Failed or interrupted.' },
  } satisfies Described<StepState>,
});

export const ProvisioningStepObject = builder.objectRef<RecordedStep>('ProvisioningStep').implement({
  description: 'One step of creating a site, e.g. installing an app.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name in events: `create-site`, `install-app:erpnext`.' }),
    title: t.exposeString('title', { description: 'What it does, for people.' }),
    state: t.field({ type: StepStateEnum, resolve: ({ state }) => state, description: 'Its state.' }),
    startedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ startedAt }) => startedAt,
      description: 'When it last started; null while it waits.',
    }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ finishedAt }) => finishedAt,
      description: 'When it completed or failed; null before.',
    }),
  }),
});

export const FailureReasonEnum = builder.enumType('FailureReason', {
  description: 'Why an attempt failed, as programs read it.',
  values: {
    CANCELLED: { description: 'It was cancelled and rolled back.' },
    TIMED_OUT: { description: 'The attempt exceeded its deadline.' },
    WORKER_LOST: { description: 'Its workers were lost too many times.' },
    SITE_NAME_TAKEN: { description: 'A site of this name exists that this company did not create.' },
    APP_NOT_AVAILABLE: { description: 'A requested app is not available.' },
    APP_INSTALL_FAILED: { description: 'An app could not be installed.' },
    SET_UP_FAILED: { description: 'The company could not be set up on its site.' },
    HOST_UNAVAILABLE: { description: 'The site host is unavailable or misconfigured.' },
    VERIFICATION_FAILED: { description: 'The site was created but is not as requested.' },
    INTERNAL: { description: 'An internal error; operators see it in `detail`.' },
  } satisfies Described<FailureReason>,
});

type FailedCompany = Pick<CompanyRow, 'id' | 'created_by' | 'locale' | 'apps' | 'site_name'>;

export const ProvisioningFailureObject = builder
  .objectRef<Failure & { readonly company: FailedCompany }>('ProvisioningFailure')
  .implement({
    description: 'Why the last attempt failed.',
    authScopes: { signedIn: true },
    fields: (t) => ({
      reason: t.field({
        type: FailureReasonEnum,
        resolve: ({ reason }) => reason,
        description: 'The kind of failure.',
      }),
      message: t.exposeString('message', { description: 'One plain sentence in English.' }),
      localizedMessage: t.string({
        resolve: (failure) => failureSentence(languageFor(failure.company.locale), failure, failure.company),
        description:
          'The sentence for the customer, as the mail has it: in the language of the company’s `locale`, whoever reads it here.',
      }),
      referenceId: t.id({
        resolve: ({ company }) => company.id,
        description: 'The reference for support: the company’s id.',
      }),
      step: t.exposeString('step', {
        nullable: true,
        description: 'The name of the step that failed, if one was running.',
      }),
      detail: t.string({
        nullable: true,
        resolve: ({ detail, company }, _args, context) => {
          if (detail !== undefined) recordReading(context, 'READ_FAILURE', company);
          return detail;
        },
        description: 'The site host’s output, without secrets. For operators; null for everybody else.',
        authScopes: { operator: true },
        unauthorizedResolver: () => null,
      }),
    }),
  });
