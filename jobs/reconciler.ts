import type { CompanyId } from '../src/company/company-id.ts';
import { numberEvents } from '../src/company/event-log.ts';
import type { Notifier } from '../src/company/notifier.ts';
import type { Db } from '../src/company/tables.ts';
import { type EndpointId, findCompaniesWithDueMail, findEndpointsWithDueMail } from '../src/mail/outbox.ts';
import type { Liveness, Repetition } from '../src/observability/liveness.ts';
import { type Log, logOnChange } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import { findNextTurn, findWaiting } from '../src/provisioning/queue.ts';
import { mailQueue } from './deliver-mail.job.ts';
import type { JobWorker } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';
import { waitingAlarm } from './waiting-alarm.ts';

/** How often the database is asked what waits, in milliseconds. */
const pause = 2_000;
/** The most companies of a kind that are enqueued at a time; the longest waiting first. */
const batch = 200;

export interface ReconcilerDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  /** Of companies that wait for a worker, and of companies with a pending mail. */
  readonly queues: { readonly provision: JobWorker; readonly mail: JobWorker<EndpointId> };
  /** How long a company may wait before a warning is logged, in milliseconds. */
  readonly waitingAlarm: number;
  /** How many companies of one customer or partner are provisioned at once. */
  readonly attemptsAtOnce: number;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/**
 * Enqueues again whatever waits in the database without a job in Redis, now and every few seconds, so that a lost job costs
 * no more than that; starts by itself what still waits a turn later, so that nothing depends on a Redis that does not work;
 * logs a warning for companies that wait too long; and numbers new events, so that the event log's next reader finds few to number.
 */
export function openReconciler(deps: ReconcilerDeps): Repetition {
  const { db, notifier, queues, metrics, liveness, log } = deps;
  const alarm = waitingAlarm(deps.waitingAlarm, log);
  const report = logOnChange((err) => log.warn({ err }, 'could not read what waits, retrying'));
  const provision = openWaitingList(provisionQueue, queues.provision, notifier.workAvailable);
  const mail = openWaitingList(mailQueue, queues.mail, notifier.mailDue);

  const look = async (): Promise<void> => {
    const waiting = await findWaiting(db, batch);
    alarm(waiting);
    const isAnybodysTurn = (await findNextTurn(db, deps.attemptsAtOnce)) !== undefined;
    await provision.enqueue(waiting.filter(({ isQueued }) => isAnybodysTurn || !isQueued).map(({ id }) => id));
    await mail.enqueue(await findCompaniesWithDueMail(db, batch));
    // These are few, and nobody waits for them within seconds.
    queues.mail.takeUp(await findEndpointsWithDueMail(db, batch));
    await numberEvents(db);
  };
  return liveness.repeat('reconciler', look, { pause, onError: ({ message }) => report(message) });

  function openWaitingList(queueName: string, queue: JobWorker, notify: (id: CompanyId) => void) {
    const reportQueue = logOnChange((err) => log.warn({ queue: queueName, err }, 'could not read which jobs wait'));
    let before: ReadonlySet<CompanyId> = new Set();
    return {
      /** Enqueues those of the companies that have no job, and starts those that waited a turn ago already. */
      async enqueue(ids: readonly CompanyId[]): Promise<void> {
        queue.takeUp(ids.filter((id) => before.has(id)));
        before = new Set(ids);
        try {
          for (const id of await queue.withoutJob(ids)) {
            metrics.jobReenqueued(queueName);
            notify(id);
          }
        } catch (error) {
          reportQueue(error instanceof Error ? error.message : String(error));
        }
      },
    };
  }
}
