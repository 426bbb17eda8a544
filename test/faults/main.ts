/**
 * Nothing lost, nothing done twice: real processes on real servers under random faults. There are a number of runs, one for
 * each schedule with its own seed; after each of them everything is checked (outcome.ts).
 *
 *     node test/faults/main.ts [--short] [--seed <n>] [--schedules <n>] [--only <schedule's seed>[:<numbers of faults>]]
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serversMissing } from '../support/private-servers.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { logsOf, settledRedisClients } from './cluster-checker.ts';
import { type Outcome, runAndCheck } from './outcome.ts';
import { commandFor, faultLines, outcomeLines, resumedWithin, table } from './report.ts';
import { calm, type Schedule, scheduleOf, schedulesOf, withFaults } from './schedule.ts';
import { shrink } from './shrink.ts';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
    schedules: { type: 'string' },
    only: { type: 'string' },
  },
});

/** About two and a half minutes, and about twenty: 1,000 companies and 300 faults at least. */
const schedulesOfShortRun = 4;
const schedulesOfFullRun = 33;

// Each program and server that runs listens for this process's end.
process.setMaxListeners(0);
// An unhandled signal would leave the started processes running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

if (serversMissing) throw new Error(`The faults suite ${serversMissing}.`);
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const schedules = chosenSchedules();
  const startedAt = performance.now();
  const cluster = await openCluster();
  try {
    await cluster.allReady(30_000);
    const outcomes = await runAll(cluster, schedules);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    process.stdout.write(`\n${table(outcomes, { ...totalsOf(cluster), seconds })}\n`);
    return outcomes.every(({ complaints }) => complaints.length === 0);
  } finally {
    await cluster.close();
  }
}

function chosenSchedules(): readonly Schedule[] {
  if (values.only !== undefined) {
    const [seed, faults] = values.only.split(':');
    const schedule = scheduleOf(Number(seed));
    const chosen = faults === undefined ? schedule : withFaults(schedule, faults.split(',').map(Number));
    say(`schedule ${seed}:\n${faultLines(chosen)}`);
    return [chosen];
  }
  const seed = values.seed === undefined ? randomInt(1, 2 ** 31) : Number(values.seed);
  const count = Number(values.schedules ?? (values.short ? schedulesOfShortRun : schedulesOfFullRun));
  say(`seed ${seed}: ${count} schedules; again with --seed ${seed}`);
  return schedulesOf(seed, count).map(scheduleOf);
}

/** First a calm one, which shows that all is well without faults, and how many connections there are then. */
async function runAll(cluster: Cluster, schedules: readonly Schedule[]): Promise<readonly Outcome[]> {
  let runs = 0;
  let base = { redisClients: Number.POSITIVE_INFINITY };
  const runNext = (schedule: Schedule): Promise<Outcome> => {
    runs += 1;
    return runAndCheck(cluster, `t${runs}`, schedule, base);
  };
  const first = await runNext(calm);
  say(outcomeLines(first));
  const outcomes = [first];
  base = { redisClients: await settledRedisClients(cluster) };
  for (const schedule of schedules) {
    const outcome = await runNext(schedule);
    outcomes.push(outcome);
    say(outcomeLines(outcome));
    const isSlow = outcome.recoveries.some(({ seconds }) => seconds > resumedWithin);
    if (outcome.complaints.length === 0 && !isSlow) continue;
    say(`  logs in ${keepLogs(cluster, schedule)}; again with: ${commandFor(schedule)}\n${faultLines(schedule)}`);
    if (outcome.complaints.length === 0) continue;
    // One is enough to look at, and one that was chosen is short already.
    if (values.only !== undefined || outcomes.filter(({ complaints }) => complaints.length > 0).length > 1) continue;
    const needed = await shrink(schedule, runNext);
    say(`  the shortest that fails: ${commandFor(schedule, needed)}`);
  }
  return outcomes;
}

function keepLogs(cluster: Cluster, { seed }: Schedule): string {
  const folder = mkdtempSync(join(tmpdir(), `faults-${seed}-`));
  for (const [name, log] of Object.entries(logsOf(cluster))) writeFileSync(join(folder, `${name}.log`), log);
  return folder;
}

function totalsOf(cluster: Cluster) {
  const incarnations = cluster.incarnations();
  const refusedByDatabase = incarnations
    .flatMap(({ program }) => program.log)
    .filter(({ reason }) => reason === 'lease-lost').length;
  return {
    deaths: incarnations.filter(({ name }) => cluster.outages.touch(name, Date.now(), Date.now())).length,
    answersLost: cluster.proxy.goOn(),
    staleWrites: { refusedByDatabase, refusedByHost: cluster.sites.refused() },
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
