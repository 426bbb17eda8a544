import { mostListed, type Overview, type RunningAttempt, readOverview } from '../src/provisioning/overview.ts';
import { builder } from './builder.ts';
import { CompanyObject } from './company.ts';

const RunningAttemptObject = builder.objectRef<RunningAttempt>('RunningAttempt').implement({
  description: 'An attempt that a worker holds by a lease, which it renews every few seconds.',
  authScopes: { operator: true },
  fields: (t) => ({
    company: t.field({
      type: CompanyObject,
      resolve: ({ company }) => company,
      description: 'The company; its `attempt` and `steps` say what is being done.',
    }),
    worker: t.exposeString('worker', { description: 'Which worker holds it: `<host>-<process id>-<random>`.' }),
    claims: t.exposeInt('claims', {
      description: 'How often workers have taken the attempt up, 1 to 3; one that hands it back does not count.',
    }),
    heldSince: t.expose('heldSince', { type: 'DateTime', description: 'Since when this worker holds it.' }),
    leaseAgeSeconds: t.int({
      resolve: ({ leaseAgeSeconds }) => Math.round(leaseAgeSeconds),
      description: 'For how long this worker holds it, in seconds by the database’s clock.',
    }),
    leasedUntil: t.expose('leasedUntil', {
      type: 'DateTime',
      description: 'When another worker may take it up, unless this one renews its lease before.',
    }),
    deadlineAt: t.expose('deadlineAt', {
      type: 'DateTime',
      description: 'When the attempt ends as FAILED, whoever holds it then.',
    }),
  }),
});

export const OperationsObject = builder.objectRef<Overview>('Operations').implement({
  description: 'What workers have to do, what they are doing, and which mails do not arrive.',
  authScopes: { operator: true },
  fields: (t) => ({
    waiting: t.exposeInt('waiting', {
      description: 'How many companies wait for a worker: queued ones, and those whose worker is gone.',
    }),
    oldestWaitingSince: t.expose('oldestWaitingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the one that waits longest does; null when none waits.',
    }),
    running: t.field({
      type: [RunningAttemptObject],
      complexity: { field: 1, multiplier: mostListed },
      resolve: ({ running }) => running,
      description: `The attempts that workers hold, the one held longest first; at most ${mostListed}.`,
    }),
    runningCount: t.exposeInt('runningCount', { description: 'How many attempts workers hold in all.' }),
  }),
});

builder.queryField('operations', (t) =>
  t.field({
    type: OperationsObject,
    description: 'How the service is doing, at this moment. For operators.',
    authScopes: { operator: true },
    resolve: (_root, _args, { em }) => readOverview(em),
  }),
);
