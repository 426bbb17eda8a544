import { type MailAccountFault, readMailAccountFault } from '../src/mail/mail-account-fault.ts';
import type { LiveWorker } from '../src/provisioning/live-workers.ts';
import {
  mostListed,
  type RunningAttempt,
  readServiceStatus,
  type ServiceStatus,
} from '../src/provisioning/service-status.ts';
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

const MailAccountFaultObject = builder.objectRef<MailAccountFault>('MailAccountFault').implement({
  description:
    'The service’s own account at the mail server does not work: it cannot be reached, cannot be trusted, or does not let the service in or send. All mails wait, and go out by themselves once it works again.',
  authScopes: { operator: true },
  fields: (t) => ({
    since: t.expose('since', { type: 'DateTime', description: 'When a worker first met it.' }),
    cause: t.exposeString('cause', {
      description: 'What the newest try met, with the mail server’s host and port; never with credentials.',
    }),
    waitingMails: t.exposeInt('waitingMails', { description: 'How many mails wait.' }),
  }),
});

const LiveWorkerObject = builder.objectRef<LiveWorker>('LiveWorker').implement({
  description: 'A worker that shows life every few seconds; it is listed no longer 15 s after it was heard of last.',
  authScopes: { operator: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What attempts call it: `<host>-<process id>-<random>`.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When its process started.' }),
    seenAt: t.expose('seenAt', { type: 'DateTime', description: 'When it was heard of last.' }),
    lateLoops: t.exposeStringList('lateLoops', {
      description: 'What in it does not go on, as its `/healthz` names it; none when all is well.',
    }),
  }),
});

export const OperationsObject = builder.objectRef<ServiceStatus>('Operations').implement({
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
    stalled: t.exposeInt('stalled', {
      description: 'How many of them are STALLED: all when no worker lives, otherwise those whose worker is gone.',
    }),
    workers: t.field({
      type: [LiveWorkerObject],
      complexity: { field: 1, multiplier: mostListed },
      resolve: ({ workers }) => workers,
      description: `The workers that live, the one that runs longest first; at most ${mostListed}.`,
    }),
    workerCount: t.exposeInt('workerCount', {
      description: 'How many workers live in all. While there is none, nothing is made and no mail is sent.',
    }),
    running: t.field({
      type: [RunningAttemptObject],
      complexity: { field: 1, multiplier: mostListed },
      resolve: ({ running }) => running,
      description: `The attempts that workers hold, the one held longest first; at most ${mostListed}.`,
    }),
    runningCount: t.exposeInt('runningCount', { description: 'How many attempts workers hold in all.' }),
    mailAccountFault: t.field({
      type: MailAccountFaultObject,
      nullable: true,
      resolve: (_operations, _args, { db }) => readMailAccountFault(db),
      description: 'Why no mail at all goes out; null while the mail account works.',
    }),
  }),
});

builder.queryField('operations', (t) =>
  t.field({
    type: OperationsObject,
    description: 'How the service is doing, at this moment. For operators.',
    authScopes: { operator: true },
    resolve: (_root, _args, { db }) => readServiceStatus(db),
  }),
);
