import { type Health, type HealthState, healthOf } from '../src/company/health.ts';
import { builder, type Described } from './builder.ts';
import { CompanyObject } from './company.ts';
import { reads } from './company-columns.ts';

const HealthStateEnum = builder.enumType('CompanyHealthState', {
  description: 'Whether a company only needs time or encounters errors.',
  values: {
    WORKING: { description: 'A worker is running the attempt, and the present step has met no error.' },
    WAITING_FOR_WORKER: {
      description: 'All workers are busy, or one has just released it; it is claimed as soon as a worker is free.',
    },
    RETRYING: { description: 'The present step met a transient error and is retried.' },
    STALLED: {
      description:
        'No worker is running it: none lives, or its worker stopped sending heartbeats. It continues, or ends as FAILED, without your help.',
    },
  } satisfies Described<HealthState>,
});

const CompanyHealthObject = builder.objectRef<Health>('CompanyHealth').implement({
  description: 'How the attempt of a QUEUED or PROVISIONING company is going.',
  authScopes: { signedIn: true },
  fields: (t) => ({
    state: t.field({
      type: HealthStateEnum,
      resolve: ({ state }) => state,
      description: 'Whether it only needs time or encounters errors.',
    }),
    since: t.expose('since', {
      type: 'DateTime',
      description: 'Since when; while STALLED, since it was queued or its worker’s lease expired.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'One sentence for people: while RETRYING the error, while STALLED what that means; null otherwise.',
    }),
    nextTryAt: t.expose('nextTryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'While RETRYING, when the step is or was last retried; null otherwise.',
    }),
  }),
});

builder.objectField(CompanyObject, 'health', (t) =>
  t.field({
    type: CompanyHealthObject,
    nullable: true,
    extensions: reads('status', 'queued_at', 'leased_since', 'leased_until', 'retrying'),
    resolve: async (company, _args, { moment }) => healthOf(company, await moment()),
    description: 'How the attempt is going while the company is QUEUED or PROVISIONING; null otherwise.',
  }),
);
