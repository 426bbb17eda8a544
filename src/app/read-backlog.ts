import type { Db } from '../company/tables.ts';
import { countUndelivered } from '../mail/undelivered.ts';
import type { Backlog } from '../observability/metrics.ts';
import { findWorkers } from '../provisioning/live-workers.ts';
import { countRunning, readQueue } from '../provisioning/service-status.ts';

/** The metrics that come from the database: counted there. With nothing waiting, the wait is 0 s; without leases there is no lease metric. */
export async function readBacklog(db: Db): Promise<Backlog> {
  const [queue, work, { workerCount }, mails] = await Promise.all([
    readQueue(db),
    countRunning(db),
    findWorkers(db, 1),
    countUndelivered(db),
  ]);
  return {
    companiesWaiting: queue.waiting,
    oldestWaitingSeconds: queue.oldestWaitingSeconds ?? 0,
    companiesStalled: queue.stalled,
    workersLiving: workerCount,
    attemptsRunning: work.runningCount,
    oldestLeaseSeconds: work.oldestLeaseSeconds,
    leastLeaseSecondsLeft: work.leastLeaseSecondsLeft,
    mailsWaiting: mails.waiting,
    mailsRefused: mails.refused,
    oldestUndeliveredSeconds: mails.oldestSeconds ?? 0,
  };
}
