import { sql } from 'kysely';
import { percentile } from '../faults/report.ts';
import { type Program, until } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';
import { now } from './clock.ts';
import { pinToServerCore } from './cores.ts';
import { ascending } from './figures.ts';
import type { Column, Line } from './lines.ts';
import { cpuTimeOf } from './process-figures.ts';
import { rowsOf, type Sample } from './rounds.ts';
import type { Service } from './service.ts';

const columns = [
  { key: 'p50', title: 'ms until picked up, p50', isCompared: false },
  { key: 'p99', title: 'ms p99', isCompared: false },
  { key: 'rate', title: 'companies/s at once', isCompared: false },
  { key: 'cpu', title: 'CPU ms a company', isCompared: false },
] as const satisfies readonly Column[];
type WorkSample = Sample<(typeof columns)[number]['key']>;

/**
 * From QUEUED to PROVISIONING by the times of the two events, one company after the other; then as many at once until
 * all their mails are accepted. The site host does nothing.
 */
export const pickUp: Line = {
  key: 'pick-up',
  async measure({ service, extent: { companies, rounds } }) {
    const samples: WorkSample[] = [];
    while (samples.length < rounds) samples.push(await measureWorker(service, companies, samples.length));
    return {
      title: `${companies} companies picked up by a worker one after the other, and ${companies} at once until all are mailed`,
      columns,
      rows: rowsOf(new Map([['this service', samples]])),
    };
  },
};

async function measureWorker(service: Service, count: number, round: number): Promise<WorkSample> {
  const api = await service.startApi();
  const worker = service.cluster.start('test/benchmark/idle-worker.ts', service.env);
  pinToServerCore(worker.pid);
  const allMailed = (expected: number): Promise<void> =>
    until(`${expected} mails are accepted`, async () => {
      if (!worker.isRunning) throw new Error(`The worker ended: ${worker.complaints}`);
      return (await sentMails(service)) >= expected;
    });
  const customersOf = (what: string, some: number): string[] =>
    Array.from({ length: some }, (_, index) => `${what}-${round}-${index}`);

  try {
    // The first ones wait for the worker's start and for code that has not run yet.
    for (const customer of customersOf('first', 10)) {
      const before = await sentMails(service);
      await service.create(api, customer, requestFor(`${customer}.localhost`));
      await allMailed(before + 1);
    }
    const singles: string[] = [];
    for (const customer of customersOf('single', count)) {
      const before = await sentMails(service);
      singles.push(await service.create(api, customer, requestFor(`${customer}.localhost`)));
      await allMailed(before + 1);
    }
    const pauses = ascending(await pausesBeforePickUp(service, singles));

    const resume = pause(worker);
    const before = await sentMails(service);
    for (const customer of customersOf('many', count))
      await service.create(api, customer, requestFor(`${customer}.localhost`));
    const startedAt = now();
    const timeBefore = cpuTimeOf(worker.pid);
    resume();
    await allMailed(before + count);
    return {
      p50: percentile(pauses, 0.5),
      p99: percentile(pauses, 0.99),
      rate: (count / (now() - startedAt)) * 1_000,
      cpu: (cpuTimeOf(worker.pid) - timeBefore) / count,
    };
  } finally {
    await worker.end('SIGKILL');
    await api.program.end('SIGKILL');
  }
}

/** Stops a process where it is until the returned function lets it continue. */
function pause(program: Program): () => void {
  program.send('SIGSTOP');
  return () => program.send('SIGCONT');
}

async function sentMails({ db }: Service): Promise<number> {
  const { rows } = await sql<{ sent: number }>`
    select count(*)::integer as sent from outbox_mail where state = 'SENT'`.execute(db);
  return rows[0]?.sent ?? 0;
}

/** By PostgreSQL’s clock, in milliseconds. */
async function pausesBeforePickUp({ db }: Service, ids: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ pause: number }>`
    select extract(epoch from claimed.occurred_at - created.occurred_at)::float * 1000 as pause
    from company_event created join company_event claimed using (company_id)
    where created.kind = 'CREATED' and claimed.kind = 'CLAIMED' and company_id = any(${ids})`.execute(db);
  if (rows.length !== ids.length)
    throw new Error(`${ids.length} companies were created, and ${rows.length} picked up.`);
  return rows.map(({ pause }) => pause);
}
