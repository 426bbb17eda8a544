import type { Cluster } from './cluster.ts';
import { checkCluster } from './cluster-checker.ts';
import { checkCompanies } from './company-checker.ts';
import { type CompanyHistory, isWorkerLost, readHistories } from './company-history.ts';
import { checkMails } from './mail-checker.ts';
import { recoveriesOf } from './recovery.ts';
import type { Recovery } from './run.ts';
import { runSchedule } from './run-schedule.ts';
import type { Schedule } from './schedule.ts';
import { checkWebhooks, type WebhookFigures } from './webhook-checker.ts';

/** The outcome of a run. */
export interface Outcome {
  readonly schedule: Schedule;
  readonly companies: number;
  readonly milliseconds: number;
  /** The violations that the checkers found; empty when all is well. */
  readonly complaints: readonly string[];
  readonly recoveries: readonly Recovery[];
  /** Copies of a mail beyond its first, each explained by a fault. */
  readonly copies: number;
  readonly webhooks: WebhookFigures;
  /** Attempts that were rescued after three lost claims. */
  readonly lostAttempts: number;
}

/** Lets the schedule happen, waits until all has come to rest, and checks everything. `name` is not used twice in a cluster. */
export async function runAndCheck(
  cluster: Cluster,
  name: string,
  schedule: Schedule,
  base: { redisClients: number },
): Promise<Outcome> {
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  const run = await runSchedule(cluster, name, schedule, complain);
  const milliseconds = Date.now() - run.startedAt;
  const histories: CompanyHistory[] = [];
  let copies = 0;
  for (const workload of [run, ...run.neighbours]) {
    const theirs = await readHistories(workload);
    await checkCompanies(workload, theirs, complain);
    copies += checkMails(workload, theirs, complain).copies;
    histories.push(...theirs);
  }
  const webhooks = checkWebhooks(run, histories, complain);
  await run.portal.kill();
  await checkCluster(cluster, base, complain);
  return {
    schedule,
    companies: histories.length,
    milliseconds,
    complaints,
    recoveries: await recoveriesOf(run, histories),
    copies,
    webhooks,
    lostAttempts: histories.flatMap(({ events }) => events.filter(isWorkerLost)).length,
  };
}
