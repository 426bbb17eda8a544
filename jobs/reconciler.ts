import type { CompanyId } from '../src/company/company-id.ts';
import type { Notifier } from '../src/company/notifier.ts';
import type { Db } from '../src/company/tables.ts';
import { companiesOwedMail } from '../src/mail/outbox.ts';
import type { Liveness, Repetition } from '../src/observability/liveness.ts';
import { type Log, tellOnChange } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import { findNextTurn } from '../src/provisioning/next-turn.ts';
import { findWaiting } from '../src/provisioning/waiting.ts';
import { mailQueue } from './deliver-mail.job.ts';
import type { JobWorker } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';
import { waitingAlarm } from './waiting-alarm.ts';

/** How often the database is asked what waits, in milliseconds. */
const pause = 2_000;
/** At most so many of a kind are rung for at a time; the longest waiting first. */
const batch = 200;

export interface ReconcilerDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  /** Of companies that wait for a worker, and of companies that are owed a mail. */
  readonly queues: { readonly provision: JobWorker; readonly mail: JobWorker };
  /** How long a company may wait before the log tells of it, in milliseconds. */
  readonly waitingAlarm: number;
  /** How many companies of one customer or partner are provisioned at once. */
  readonly attemptsAtOnce: number;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/**
 * Rings again for whatever waits in the database and not in Redis, now and every few seconds, so that a ring which got
 * lost costs no more than that; takes up by itself what still waits at the next look, so that nothing waits for a Redis
 * that is of no use; and tells of who waits for too long.
 */
export function openReconciler(deps: ReconcilerDeps): Repetition {
  const { db, notifier, queues, metrics, liveness, log } = deps;
  const alarm = waitingAlarm(deps.waitingAlarm, log);
  const tell = tellOnChange((err) => log.warn({ err }, 'could not look for what waits; trying again'));
  const provision = openWaitingList(provisionQueue, queues.provision, notifier.queued);
  const mail = openWaitingList(mailQueue, queues.mail, notifier.owed);

  const look = async (): Promise<void> => {
    const waiting = await findWaiting(db, batch);
    alarm(waiting);
    const isAnybodysTurn = (await findNextTurn(db, deps.attemptsAtOnce)) !== undefined;
    await provision.ring(waiting.filter(({ isQueued }) => isAnybodysTurn || !isQueued).map(({ id }) => id));
    await mail.ring(await companiesOwedMail(db, batch));
  };
  return liveness.repeat('reconciler', look, { pause, onError: ({ message }) => tell(message) });

  function openWaitingList(queueName: string, queue: JobWorker, ring: (id: CompanyId) => void) {
    const tellOfQueue = tellOnChange((err) =>
      log.warn({ queue: queueName, err }, 'queue does not tell what waits in it'),
    );
    let before: ReadonlySet<CompanyId> = new Set();
    return {
      /** Rings for those of the companies that Redis does not know, and takes up those that waited at the last look already. */
      async ring(ids: readonly CompanyId[]): Promise<void> {
        queue.takeUp(ids.filter((id) => before.has(id)));
        before = new Set(ids);
        try {
          for (const id of await queue.unrung(ids)) {
            metrics.rungAgain(queueName);
            ring(id);
          }
        } catch (error) {
          tellOfQueue(error instanceof Error ? error.message : String(error));
        }
      },
    };
  }
}
