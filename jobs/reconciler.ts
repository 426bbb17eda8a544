import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bell } from '../src/company/bell.ts';
import type { Log } from '../src/log.ts';
import { companiesOwedMail } from '../src/mail/outbox.ts';
import type { Metrics } from '../src/metrics.ts';
import { findWaiting, giveUpLostAttempts } from '../src/provisioning/waiting.ts';
import { mailQueue } from './deliver-mail.job.ts';
import type { JobWorker } from './job-queue.ts';
import { provisionQueue } from './provision-company.job.ts';
import { waitingAlarm } from './waiting-alarm.ts';

/** How often the database is asked what waits, in milliseconds. */
const pause = 2_000;
/** At most so many of a kind are rung for at a time; the longest waiting first. */
const batch = 200;

export interface ReconcilerDeps {
  readonly em: SqlEntityManager;
  readonly bell: Bell;
  /** Of companies that wait for a worker, and of companies that are owed a mail. */
  readonly queues: { readonly provision: JobWorker; readonly mail: JobWorker };
  /** How long a company may wait before the log tells of it, in milliseconds. */
  readonly waitingAlarm: number;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Rings again for whatever waits in the database and not in Redis, now and every few seconds, so that a ring which got
 * lost costs no more than that; ends the attempts that no worker will finish; and tells of who waits for too long.
 */
export function openReconciler(deps: ReconcilerDeps): { close(): Promise<void> } {
  const { em, bell, queues, metrics, log } = deps;
  const alarm = waitingAlarm(deps.waitingAlarm, log);
  let open = true;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    for (const { id, reason } of await giveUpLostAttempts(em, bell)) {
      metrics.gaveUp(reason);
      log.error({ companyId: id, reason }, 'gave up a lost attempt');
    }
    const waiting = await findWaiting(em, batch);
    alarm(waiting);
    for (const id of await queues.provision.unrung(waiting.map(({ id }) => id))) {
      metrics.rungAgain(provisionQueue);
      bell.queued(id);
    }
    for (const id of await queues.mail.unrung(await companiesOwedMail(em, batch))) {
      metrics.rungAgain(mailQueue);
      bell.owed(id);
    }
  };
  const lookAgain = async (): Promise<void> => {
    await look().catch((error: Error) =>
      log.warn({ err: error.message }, 'could not look for what waits; trying again'),
    );
    if (open) timer = setTimeout(() => (looking = lookAgain()), pause);
  };

  let looking = lookAgain();
  return {
    async close() {
      open = false;
      clearTimeout(timer);
      await looking;
    },
  };
}
