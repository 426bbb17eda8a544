import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { allIsSent } from './company-history.ts';
import { type CompanyRequest, type RequestedCompany, requestCompany, requestFrom } from './customer-client.ts';
import { sendRefusedMails } from './operator-client.ts';
import { openPortal, type Portal } from './portal.ts';
import type { Loss, Recovery, Run } from './run.ts';
import type { Schedule } from './schedule.ts';
import { allIsReceived } from './webhook-checker.ts';

/** The longest duration of a run, in milliseconds; most end within 40 s. */
const patience = 180_000;

/** Runs the schedule. Resolves when all is quiet, or the time is up, which is reported to `complain`. */
export async function runSchedule(
  cluster: Cluster,
  name: string,
  schedule: Schedule,
  complain: (complaint: string) => void,
): Promise<Run> {
  const customers = schedule.requests.map((_request, index) => customerOf(name, index));
  const portal = await openPortal(cluster, customers);
  const over = new AbortController();
  const latest = setTimeout(() => over.abort(new Error('it took too long')), patience);
  const { run, request } = openRun(cluster, name, schedule, portal, over.signal);
  const operator = sendRefusedMails(cluster.urls, over.signal);
  const injections = schedule.faults.map(async (fault, index) => {
    await pause(fault.at);
    await fault
      .inject(run)
      .catch((error) => complain(`fault ${index + 1} (${fault.kind}) could not be injected: ${reasonOf(error)}`));
  });
  await Promise.all(schedule.requests.map(({ at }, index) => pause(at).then(() => request(index))));
  await Promise.all(injections);
  for (const {
    request: { customer, end },
    ended,
    watched,
  } of [run, ...run.neighbours].flatMap(({ requested }) => requested)) {
    await ended.catch((error) => complain(`${customer} did not get it ${end}: ${reasonOf(error)}`));
    await watched?.catch((error) => complain(`${customer} did not see it ${end}: ${reasonOf(error)}`));
  }
  await isQuiet(run).catch((error) => complain(`not quiet: ${reasonOf(error)}`));
  clearTimeout(latest);
  over.abort(new Error('the run is over'));
  await operator;
  return run;
}

const customerOf = (name: string, index: number): string => `${name}-${index + 1}`;

const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;

/** The run as its faults see it, and how an order of the schedule is placed. */
function openRun(cluster: Cluster, name: string, schedule: Schedule, portal: Portal, over: AbortSignal) {
  const requested: RequestedCompany[] = [];
  const losses: Loss[] = [];
  const recoveries: Recovery[] = [];
  const requests = schedule.requests.map((planned, index) => requestFrom(customerOf(name, index), planned));
  const acceptances = requests.map(() => Promise.withResolvers<RequestedCompany>());
  const at = <Item>(items: readonly Item[], number: number): Item => {
    const item = items[number % items.length];
    if (item === undefined) throw new Error('Nothing was ordered.');
    return item;
  };
  const send = (request: CompanyRequest): Promise<RequestedCompany> =>
    requestCompany(cluster.urls, request, over).then((company) => {
      requested.push(company);
      return company;
    });

  const run: Run = {
    cluster,
    deployment: cluster,
    name,
    startedAt: Date.now(),
    portal,
    requested,
    neighbours: [],
    losses,
    recoveries,
    over,
    requestBy: (number) => at(requests, number),
    accepted: (number) => at(acceptances, number).promise,
    async probe(kind) {
      const requestedAt = Date.now();
      probes += 1;
      const probe = await send(requestFrom(`${name}-probe-${probes}`, { firstAsked: probes, watches: false }));
      losses.push({ kind, companyId: probe.created, at: requestedAt });
    },
    async heldBy({ program }) {
      const held = `select id from company where leased_by like $1 and status = 'PROVISIONING'`;
      const rows = await cluster.servers.query<{ id: string }>(held, `%-${program.pid}-%`).catch(() => []);
      return rows.map(({ id }) => id);
    },
    loses: (kind) => async (incarnation) => {
      const ids = await run.heldBy(incarnation);
      losses.push(...ids.map((id) => ({ kind, companyId: Promise.resolve(id), at: Date.now() })));
    },
    recovered: (kind, seconds) => void recoveries.push({ kind, seconds }),
  };
  let probes = 0;
  return {
    run,
    request: (index: number): Promise<void> =>
      send(at(requests, index)).then((company) => at(acceptances, index).resolve(company)),
  };
}

/** No mail or webhook is pending, and every program is up. */
async function isQuiet(run: Run): Promise<void> {
  await allIsSent(run, run.over);
  await allIsReceived(run, run.over);
  await run.cluster.allReady(60_000);
}
