import { type Health, type HealthState, healthOf } from '../src/company/health.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';
import type { Described } from './described.ts';

const HealthStateEnum = builder.enumType('CompanyHealthState', {
  description: 'Whether a company only needs time, or meets errors.',
  values: {
    WORKING: { description: 'A worker is at work and has met no error in the present step.' },
    WAITING_FOR_WORKER: {
      description: 'All workers are busy, or one has just handed it back; its turn comes by itself.',
    },
    RETRYING: { description: 'The present step met an error that may pass, and is tried again.' },
    STALLED: {
      description:
        'Nobody is at work on it: no worker lives, or its worker is not heard of any more. It goes on, or ends as FAILED, by itself.',
    },
  } satisfies Described<HealthState>,
});

const CompanyHealthObject = builder.objectRef<Health>('CompanyHealth').implement({
  description: 'How a company that is QUEUED or PROVISIONING is doing.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    state: t.field({
      type: HealthStateEnum,
      resolve: ({ state }) => state,
      description: 'Whether it only needs time, or meets errors.',
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description: 'Since when; while STALLED, since it waits or its worker was to be heard of.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description:
        'While RETRYING the error, while STALLED what that means, as one sentence for people; null otherwise.',
    }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'While RETRYING: when the step is, or was last, tried again; null otherwise.',
    }),
  }),
});

builder.objectField(CompanyObject, 'health', (t) =>
  t.field({
    type: CompanyHealthObject,
    nullable: true,
    resolve: async (company, _args, { moment }) => healthOf(company, await moment()),
    description: 'How it is doing while it is QUEUED or PROVISIONING; null otherwise.',
  }),
);
