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
  description: 'An attempt that a worker is running under a lease, which it renews every few seconds.',
  authScopes: { operator: true },
  fields: (t) => ({
    company: t.field({
      type: CompanyObject,
      resolve: ({ company }) => company,
      description: 'The company; its `attempt` and `steps` say what is being done.',
    }),
    worker: t.exposeString('worker', { description: 'The worker that runs it: `<host>-<process id>-<random>`.' }),
    claims: t.exposeInt('claims', {
      description: 'How often the attempt was claimed by a worker, 1 to 3; released claims do not count.',
    }),
    heldSince: t.expose('heldSince', { type: 'DateTime', description: 'When this worker claimed it.' }),
    leaseAgeSeconds: t.int({
      resolve: ({ leaseAgeSeconds }) => Math.round(leaseAgeSeconds),
      description: 'The age of this worker’s claim, in seconds by the database’s clock.',
    }),
    leasedUntil: t.expose('leasedUntil', {
      type: 'DateTime',
      description: 'When another worker may take over unless this one renews its lease.',
    }),
    deadlineAt: t.expose('deadlineAt', {
      type: 'DateTime',
      description: 'When the attempt ends as FAILED, whichever worker runs it.',
    }),
  }),
});

const MailAccountFaultObject = builder.objectRef<MailAccountFault>('MailAccountFault').implement({
  description:
    'The service’s own account at the mail server does not work: the server is unreachable or not trusted, or it refuses the login or the sender. All mails wait, and are sent once the account works again.',
  authScopes: { operator: true },
  fields: (t) => ({
    since: t.expose('since', { type: 'DateTime', description: 'When a worker first encountered it.' }),
    cause: t.exposeString('cause', {
      description:
        'The error of the latest delivery attempt, with the mail server’s host and port; never with credentials.',
    }),
    waitingMails: t.exposeInt('waitingMails', { description: 'The number of waiting mails.' }),
  }),
});

const LiveWorkerObject = builder.objectRef<LiveWorker>('LiveWorker').implement({
  description: 'A worker with a heartbeat every few seconds; it is removed from the list 15 s after the last one.',
  authScopes: { operator: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name in attempts: `<host>-<process id>-<random>`.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When its process started.' }),
    seenAt: t.expose('seenAt', { type: 'DateTime', description: 'The time of its last heartbeat.' }),
    lateLoops: t.exposeStringList('lateLoops', {
      description: 'The loops that make no progress, as its `/healthz` names them; empty when all is well.',
    }),
  }),
});

export const ServiceStatusObject = builder.objectRef<ServiceStatus>('ServiceStatus').implement({
  description: 'What waits for workers, what they are doing, and which mails are not delivered.',
  authScopes: { operator: true },
  fields: (t) => ({
    waiting: t.exposeInt('waiting', {
      description: 'The number of companies that wait for a worker: queued ones, and those that their worker lost.',
    }),
    oldestWaitingSince: t.expose('oldestWaitingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the longest waiting company has been waiting; null when none waits.',
    }),
    stalled: t.exposeInt('stalled', {
      description: 'How many of them are STALLED: all when no worker lives, otherwise those that their worker lost.',
    }),
    workers: t.field({
      type: [LiveWorkerObject],
      complexity: { field: 1, multiplier: mostListed },
      resolve: ({ workers }) => workers,
      description: `The living workers, oldest first; at most ${mostListed}.`,
    }),
    workerCount: t.exposeInt('workerCount', {
      description: 'The total number of living workers. While there are none, no site is made and no mail is sent.',
    }),
    running: t.field({
      type: [RunningAttemptObject],
      complexity: { field: 1, multiplier: mostListed },
      resolve: ({ running }) => running,
      description: `The running attempts, longest running first; at most ${mostListed}.`,
    }),
    runningCount: t.exposeInt('runningCount', { description: 'The total number of running attempts.' }),
    mailAccountFault: t.field({
      type: MailAccountFaultObject,
      nullable: true,
      resolve: (_status, _args, { db }) => readMailAccountFault(db),
      description: 'Why no mail can be sent at all; null while the mail account works.',
    }),
  }),
});

builder.queryField('serviceStatus', (t) =>
  t.field({
    type: ServiceStatusObject,
    description: 'The present state of the service: queue, workers and undelivered mails. For operators.',
    authScopes: { operator: true },
    resolve: (_root, _args, { db }) => readServiceStatus(db),
  }),
);
