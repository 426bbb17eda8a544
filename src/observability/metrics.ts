import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { FailureReason } from '../company/failure.ts';
import type { MailKind } from '../company/outbox-mail.ts';
import type { Silence, Watched } from './liveness.ts';

/**
 * What this process counts, in the words of the domain, for Prometheus. Labels have few values: never an id, a host
 * name, an address or anything else that somebody sent.
 */
export interface Metrics {
  /** A worker claimed a company that had waited this long. */
  claimed(waitedSeconds: number): void;
  /** A worker took over a company that another one had lost or released. */
  takenOver(): void;
  /** A step's name may name its app; that part is not a label. */
  stepEnded(step: string, outcome: 'done' | 'failed' | 'stopped', seconds: number): void;
  /** One worker's part of an attempt, from its claim to its end. */
  attemptEnded(outcome: AttemptOutcome, seconds: number): void;
  /** An attempt was ended that no worker would have finished. */
  attemptLost(reason: FailureReason): void;
  /** A delivery attempt ended; `deferred` is retried later, `refused` never. */
  mailAttempted(kind: MailKind, outcome: 'accepted' | 'deferred' | 'refused', seconds: number): void;
  /** An attempt to send a message to a webhook endpoint ended. */
  webhookAttempted(outcome: 'delivered' | 'failed', seconds: number): void;
  /** Whether our account at the mail server works, as the last delivery attempt showed. */
  mailAccount(works: boolean): void;
  jobEnqueued(queue: string, outcome: 'enqueued' | 'lost'): void;
  /** Something waited without a job: the job got lost. */
  jobReenqueued(queue: string): void;
  /** A request was answered, or its client is gone. */
  requestEnded(method: string, route: Route, status: number, seconds: number): void;
  operationEnded(type: OperationType, outcome: 'answered' | 'refused' | 'failed'): void;
  /** A client began to watch; call the result when it no longer does, once or more often. */
  streamOpened(): () => void;
  /** All metrics, with the database's part (undefined while it is unavailable), and how long each loop has been silent. */
  page(backlog: Backlog | undefined, silences: ReadonlyMap<Watched, Silence>): Promise<MetricsPage>;
}

/** `streams` are GraphQL over Server-Sent Events, which last as long as their reader stays; `sites` the sandbox's. */
export type Route = '/graphql' | 'streams' | 'sites' | 'other';

/** `unknown` is a document that could not be parsed. */
export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';

/** What a worker's part of an attempt came to. */
export type AttemptOutcome = 'ACTIVE' | FailureReason | 'RELEASED' | 'LEASE_LOST';

/** Work that waits or is running, the same for every process on a database. Ages are in seconds. */
export interface Backlog {
  readonly companiesWaiting: number;
  readonly oldestWaitingSeconds: number;
  readonly companiesStalled: number;
  readonly workersLiving: number;
  readonly attemptsRunning: number;
  /** Undefined when no company is owned by a worker; the next one too. */
  readonly oldestLeaseSeconds: number | undefined;
  readonly leastLeaseSecondsLeft: number | undefined;
  readonly mailsWaiting: number;
  readonly mailsRefused: number;
  readonly oldestUndeliveredSeconds: number;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

/** The gauge of each number, and its help text. */
const backlogGauges: Readonly<Record<keyof Backlog, readonly [name: string, help: string]>> = {
  companiesWaiting: ['companies_waiting', 'Companies that wait for a worker.'],
  oldestWaitingSeconds: ['companies_waiting_oldest_seconds', 'How long the longest waiting company has been waiting.'],
  companiesStalled: ['companies_stalled', 'Companies that wait while no worker lives, or whose lease expired.'],
  workersLiving: ['workers_living', 'Workers with a recent heartbeat.'],
  attemptsRunning: ['attempts_running', 'Companies that a worker is provisioning.'],
  oldestLeaseSeconds: ['lease_oldest_seconds', 'Age of the oldest lease.'],
  leastLeaseSecondsLeft: ['lease_left_least_seconds', 'Time until the first lease expires unless it is extended.'],
  mailsWaiting: ['mails_waiting', 'Mails that are pending.'],
  mailsRefused: ['mails_refused', 'Mails that were refused permanently.'],
  oldestUndeliveredSeconds: [
    'mails_undelivered_oldest_seconds',
    'Age of the oldest mail that is pending or was refused.',
  ],
};

/** Attempts take 30 to 600 s on a bench, and a second on the sandbox. */
const attemptSeconds = [1, 10, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 1_200];
const stepSeconds = [0.1, 0.5, 1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600];
const waitSeconds = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 15, 60, 300, 900, 3_600, 14_400];
const mailSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];
const webhookSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

/** Counts from zero, in a registry of its own. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const described = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => ({
    name: `provisioning_${name}`,
    help,
    labelNames,
    registers: [registry],
  });
  const counter = <Label extends string>(name: string, help: string, ...labels: readonly Label[]) =>
    new Counter(described(name, help, labels));
  const gauge = (name: string, help: string, ...labels: readonly string[]) => new Gauge(described(name, help, labels));
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labels: readonly Label[]
  ) => new Histogram({ ...described(name, help, labels), buckets });

  const claims = histogram('claim_wait_seconds', 'How long companies waited for a worker.', waitSeconds);
  const takeOvers = counter('take_overs_total', 'Companies taken over that another worker had lost or released.');
  const steps = histogram('step_duration_seconds', 'How long steps took.', stepSeconds, 'step', 'outcome');
  const attempts = histogram('attempt_duration_seconds', 'How long attempts took.', attemptSeconds, 'outcome');
  const lostAttempts = counter('attempts_lost_total', 'Attempts ended because no worker would finish them.', 'reason');
  const mails = histogram(
    'mail_delivery_attempt_duration_seconds',
    'How long delivery attempts of mails took.',
    mailSeconds,
    'kind',
    'outcome',
  );
  const webhooks = histogram(
    'webhook_attempt_duration_seconds',
    'How long attempts to send messages to webhook endpoints took.',
    webhookSeconds,
    'outcome',
  );
  const mailAccount = gauge(
    'mail_account_up',
    '1 while the mail account works, 0 while all mails wait for it to be mended.',
  );
  mailAccount.set(1);
  const enqueued = counter('jobs_enqueued_total', 'Jobs enqueued for workers.', 'queue', 'outcome');
  const reenqueued = counter('jobs_reenqueued_total', 'Jobs enqueued again because the first got lost.', 'queue');
  const requests = histogram(
    'http_request_duration_seconds',
    'How long HTTP requests took, to the end of the response; 499 is a client that left before it.',
    requestSeconds,
    'method',
    'route',
    'status',
  );
  const operations = counter('graphql_operations_total', 'GraphQL operations, by every transport.', 'type', 'outcome');
  const streams = gauge('streams_open', 'Live streams that are being watched.');
  const loopSilence = gauge('loop_silence_seconds', 'How long a loop has shown no progress.', 'loop');
  const databaseUp = gauge(
    'database_up',
    '1 when this page has the database part, 0 while the database is unavailable.',
  );
  const ofBacklog = Object.entries(backlogGauges).map(
    // Object.entries knows keys as strings only.
    ([key, [name, help]]) => [key as keyof Backlog, gauge(name, help)] as const,
  );

  return {
    claimed: (waitedSeconds) => claims.observe(waitedSeconds),
    takenOver: () => takeOvers.inc(),
    stepEnded: (step, outcome, seconds) => steps.observe({ step: step.split(':', 1)[0] ?? step, outcome }, seconds),
    attemptEnded: (outcome, seconds) => attempts.observe({ outcome }, seconds),
    attemptLost: (reason) => lostAttempts.inc({ reason }),
    mailAttempted: (kind, outcome, seconds) => mails.observe({ kind, outcome }, seconds),
    webhookAttempted: (outcome, seconds) => webhooks.observe({ outcome }, seconds),
    mailAccount: (works) => mailAccount.set(works ? 1 : 0),
    jobEnqueued: (queue, outcome) => enqueued.inc({ queue, outcome }),
    jobReenqueued: (queue) => reenqueued.inc({ queue }),
    requestEnded: (method, route, status, seconds) =>
      requests.observe({ method: knownMethods.has(method) ? method : 'other', route, status }, seconds),
    operationEnded: (type, outcome) => operations.inc({ type, outcome }),
    streamOpened() {
      let open = true;
      streams.inc();
      return () => {
        if (open) streams.dec();
        open = false;
      };
    },
    async page(backlog, silences) {
      loopSilence.reset();
      for (const [loop, { lasts }] of silences) loopSilence.set({ loop }, lasts / 1_000);
      databaseUp.set(backlog ? 1 : 0);
      for (const [key, known] of ofBacklog) {
        const value = backlog?.[key];
        // Unknown values are removed so that stale ones are not reported as current.
        if (value === undefined) known.remove();
        else known.set(value);
      }
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
