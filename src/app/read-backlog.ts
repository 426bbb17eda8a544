import type { Db } from '../company/tables.ts';
import { countUndelivered } from '../mail/undelivered.ts';
import type { Backlog } from '../observability/metrics.ts';
import { readServiceStatus } from '../provisioning/service-status.ts';

/** The metrics that come from the database. With nothing waiting, the wait is 0 s; without leases there is no lease metric. */
export async function readBacklog(db: Db): Promise<Backlog> {
  const [work, mails] = await Promise.all([readServiceStatus(db), countUndelivered(db)]);
  const { waiting, oldestWaitingSeconds, stalled, workerCount, running, runningCount } = work;
  return {
    companiesWaiting: waiting,
    oldestWaitingSeconds: oldestWaitingSeconds ?? 0,
    companiesStalled: stalled,
    workersLiving: workerCount,
    attemptsRunning: runningCount,
    oldestLeaseSeconds: running[0]?.leaseAgeSeconds,
    leastLeaseSecondsLeft: running.map(({ leaseSecondsLeft }) => leaseSecondsLeft).sort((a, b) => a - b)[0],
    mailsWaiting: mails.waiting,
    mailsRefused: mails.refused,
    oldestUndeliveredSeconds: mails.oldestSeconds ?? 0,
  };
}
