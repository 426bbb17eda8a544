import { checkCompanies } from './check-companies.ts';
import { checkMails } from './check-mails.ts';
import { checkWorld } from './check-world.ts';
import { type CompanyRecord, isWorkerLost, readRecords } from './record.ts';
import { recoveriesOf } from './recovery.ts';
import { runTrial } from './run-trial.ts';
import type { Schedule } from './schedule.ts';
import type { Recovery } from './trial.ts';
import type { World } from './world.ts';

/** What came of a schedule. */
export interface Outcome {
  readonly schedule: Schedule;
  readonly companies: number;
  readonly milliseconds: number;
  /** Whatever is not as it should be; all is well when there is none. */
  readonly complaints: readonly string[];
  readonly recoveries: readonly Recovery[];
  /** Copies of a mail beyond its first, each explained by a fault. */
  readonly copies: number;
  /** Attempts that were given up after three lost claims. */
  readonly lostAttempts: number;
}

/** Lets the schedule happen, waits until all has come to rest, and checks everything. `name` is not used twice in a world. */
export async function tryOut(
  world: World,
  name: string,
  schedule: Schedule,
  base: { redisClients: number },
): Promise<Outcome> {
  const complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);
  const trial = await runTrial(world, name, schedule, complain);
  const milliseconds = Date.now() - trial.startedAt;
  const records: CompanyRecord[] = [];
  let copies = 0;
  for (const clientele of [trial, ...trial.neighbours]) {
    const theirs = await readRecords(clientele);
    await checkCompanies(clientele, theirs, complain);
    copies += checkMails(clientele, theirs, complain).copies;
    records.push(...theirs);
  }
  await checkWorld(world, base, complain);
  return {
    schedule,
    companies: records.length,
    milliseconds,
    complaints,
    recoveries: await recoveriesOf(trial, records),
    copies,
    lostAttempts: records.flatMap(({ events }) => events.filter(isWorkerLost)).length,
  };
}
