/**
 * Whether watchers get every event once and in order whatever the network does: a thousand of them watch companies under
 * way over every transport, and consumers take the events of all companies by pages of the event log, by the subscription and by
 * webhooks, while connections are cut, Redis is restarted, processes of the API, the worker and the receiver of webhooks are killed
 * and replaced, and some events are committed without a notification, as by a worker that died just then.
 *
 *     node test/streams/main.ts [--seconds <n>] [--watchers <n>]
 *
 * Prints a table; fails when a watcher or a consumer missed an event, got one twice or out of order, or was refused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { numberEvents } from '../../src/company/event-log.ts';
import { moveCompany } from '../../src/company/move-company.ts';
import { type MadeCompany, openService, type Service } from '../benchmark/service.ts';
import { freePort, serversMissing } from '../support/private-servers.ts';
import { type Program, tokenOf, until } from '../support/processes.ts';
import { tellRedis } from '../support/tell-redis.ts';
import { type Balancer, openBalancer } from './balancer.ts';
import { consume, hasEvery, ways } from './consumers.ts';
import { transports } from './watchers.ts';
import { openWebhookConsumer, type WebhookConsumer } from './webhook-consumer.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, watchers: { type: 'string', default: '1000' } },
});
const companyCount = 50;
/** To whom the companies belong, in turn. */
const customers = Array.from({ length: 5 }, (_, index) => `customer-${index}`);
/** In milliseconds: between events, and between faults at most. */
const eventPause = 100;
const faultPause = 4_000;
/** How long watchers may take to get the rest once the faults are over, in milliseconds. */
const patience = 120_000;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
if (serversMissing) throw new Error(`The streams suite ${serversMissing}.`);
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const service = await openService();
  const balancer = await openBalancer();
  try {
    const apis = [await openProgram(service, 'src/api.ts'), await openProgram(service, 'src/api.ts')] as const;
    const worker = await openProgram(service, 'test/streams/worker.ts');
    const webhooks = await openWebhookConsumer(`http://127.0.0.1:${apis[0].port}/graphql`, customers);
    const companies = await service.makeCompanies(companyCount, (index) => customers[index % customers.length] ?? '');
    balancer.passTo(apis.map(({ port }) => port));
    const watchers = await Promise.all(
      Array.from({ length: Number(values.watchers) }, (_, index) => watch(balancer, companies, index)),
    );

    const consuming = [...(await Promise.all(ways.map((way) => consume(balancer.port, way)))), webhooks];

    const over = AbortSignal.timeout(Number(values.seconds) * 1_000);
    const [events, faults] = await Promise.all([
      appendEvents(service, companies, over),
      injectFaults(service, balancer, { apis, worker, webhooks }, over),
    ]);
    const newest = await endAll(service, companies);
    await until('every watcher has seen the end', () => watchers.every(({ isEnded }) => isEnded), patience).catch(say);

    const all = await eventLog(service);
    await until(
      'every consumer has every event',
      () => consuming.every(({ taken }) => taken.length >= all.length),
      patience,
    ).catch(say);
    await Promise.all(consuming.map(({ end }) => end()));

    say(`${values.seconds} s, ${events} events of ${companies.length} companies; faults: ${JSON.stringify(faults)}`);
    for (const name of Object.keys(transports))
      say(
        rowOf(
          name,
          watchers.filter(({ transport }) => transport === name),
        ),
      );
    const failed = watchers.filter(({ id, seen, isEnded }) => !isEnded || !isWhole(seen, newest.get(id) ?? 0));
    for (const { transport, id, seen, failure } of failed.slice(0, 10))
      say(`${transport} of ${id}, newest ${newest.get(id)}: ${failure ?? ''} ${JSON.stringify(gapsOf(seen))}`);
    say(`${watchers.length} watchers, ${failed.length} failed`);
    const wrong = consuming.filter((consumer) => !hasEvery(consumer, all));
    for (const { way, taken, lost } of consuming)
      say(`${way}: ${taken.length} of ${all.length} events, ${lost} times cut off`);
    say(`${consuming.length} consumers of the event log, ${wrong.length} failed`);
    say(`webhooks: ${webhooks.copies} came again with the same id, ${webhooks.faults.length} were invalid`);
    for (const fault of webhooks.faults.slice(0, 10)) say(fault);
    return failed.length === 0 && wrong.length === 0 && webhooks.faults.length === 0;
  } finally {
    balancer.close();
    await service.close();
  }
}

interface Watcher {
  readonly transport: string;
  readonly id: string;
  readonly seen: readonly number[];
  readonly lost: number;
  readonly isEnded: boolean;
  readonly failure: unknown;
}

async function watch({ port }: Balancer, companies: readonly MadeCompany[], index: number): Promise<Watcher> {
  const names = Object.keys(transports);
  const transport = names[index % names.length] ?? '';
  const { id, customer } = companies[index % companies.length] ?? { id: '', customer: '' };
  const watcher = { transport, id, seen: [] as number[], lost: 0, isEnded: false, failure: undefined as unknown };
  transports[transport]?.({
    port,
    token: await tokenOf(customer, 'customer'),
    id,
    saw: (version) => watcher.seen.push(version),
    lost() {
      watcher.lost += 1;
    },
  }).then(
    () => {
      watcher.isEnded = true;
    },
    (error: unknown) => {
      watcher.failure = error;
    },
  );
  return watcher;
}

/** Every event of all companies, in the order of the event log. */
async function eventLog({ db, cluster }: Service): Promise<readonly string[]> {
  await numberEvents(db);
  const rows = await cluster.query<{ name: string }>(
    `select company_id || ' ' || version as name from company_event order by position`,
  );
  return rows.map(({ name }) => name);
}

/** Some without a notification: watchers then get them with the next one, or half a minute later. */
async function appendEvents(
  { moveAll, notifier }: Service,
  companies: readonly MadeCompany[],
  over: AbortSignal,
): Promise<number> {
  let events = 0;
  while (!over.aborted) {
    const chosen = companies.filter(() => Math.random() < 0.1).map(({ id }) => id);
    const moved = await moveAll(chosen);
    events += chosen.length;
    if (Math.random() < 0.9) for (const company of moved.companies) notifier.moved(company);
    await pause(eventPause);
  }
  return events;
}

/** Returns how often each fault was injected. */
async function injectFaults(
  { cluster: { redis } }: Service,
  balancer: Balancer,
  { apis, worker, webhooks }: Victims,
  over: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const injected: Record<string, number> = { connections: 0 };
  const anyApi = (): SupervisedProgram => apis[Math.floor(Math.random() * apis.length)] ?? apis[0];
  const faults: Readonly<Record<string, () => Promise<unknown> | unknown>> = {
    cut() {
      injected['connections'] = (injected['connections'] ?? 0) + balancer.cut(Math.random() * 0.5);
    },
    'Redis restarts': () => redis.restart(),
    'Redis kills its clients': () => tellRedis(redis, 'CLIENT KILL TYPE pubsub', 'CLIENT KILL TYPE normal'),
    'Redis is paused': async () => {
      const resume = redis.pause();
      await pause(Math.random() * faultPause);
      resume();
    },
    'API is killed': () => anyApi().restart('SIGKILL'),
    'API is replaced': () => anyApi().restart('SIGTERM'),
    'worker is killed': () => worker.restart('SIGKILL'),
    'worker is replaced': () => worker.restart('SIGTERM'),
    'receiver of webhooks is killed': () => webhooks.restart(Math.random() * faultPause),
  };
  while (!over.aborted) {
    await pause(Math.random() * faultPause);
    const names = Object.keys(faults);
    const name = names[Math.floor(Math.random() * names.length)] ?? '';
    await faults[name]?.();
    injected[name] = (injected[name] ?? 0) + 1;
  }
  return injected;
}

interface Victims {
  readonly apis: readonly [SupervisedProgram, SupervisedProgram];
  readonly worker: SupervisedProgram;
  readonly webhooks: WebhookConsumer;
}

interface SupervisedProgram {
  readonly port: number;
  restart(signal: NodeJS.Signals): Promise<void>;
}

async function openProgram({ cluster, env }: Service, script: string): Promise<SupervisedProgram> {
  const port = await freePort();
  const start = async (): Promise<Program> => {
    // In production webhooks are not sent to this machine.
    const program = cluster.start(script, { ...env, NODE_ENV: 'test', PORT: `${port}`, WORKER_PORT: `${port}` });
    await until(`${script} listens`, async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok);
    return program;
  };
  let program = await start();
  return {
    port,
    async restart(signal) {
      await program.end(signal);
      program = await start();
    },
  };
}

/** Resolves to the newest version of each. */
async function endAll({ db, notifier }: Service, companies: readonly MadeCompany[]): Promise<Map<string, number>> {
  const newest = new Map<string, number>();
  for (const { id } of companies) {
    const ended = await moveCompany(db, id, { to: 'ACTIVE', event: { kind: 'SUCCEEDED', siteName: 'its site' } });
    if (!ended) throw new Error(`${id} could not be ended.`);
    notifier.moved(ended);
    newest.set(id, ended.version);
  }
  return newest;
}

function isWhole(seen: readonly number[], newest: number): boolean {
  return seen.length === newest && seen.every((version, index) => version === index + 1);
}

/** The first places at which a version does not follow the one before. */
function gapsOf(seen: readonly number[]): readonly (readonly (number | undefined)[])[] {
  const pairs = seen.map((version, index) => [seen[index - 1], version] as const);
  return pairs.filter(([before = 0, version]) => version !== before + 1).slice(0, 5);
}

function rowOf(name: string, watchers: readonly Watcher[]): string {
  const sum = (of: (watcher: Watcher) => number): number => watchers.reduce((total, watcher) => total + of(watcher), 0);
  return `${name.padEnd(12)} ${watchers.length} watchers, ${sum(({ seen }) => seen.length)} events, ${sum(({ lost }) => lost)} connections lost`;
}

function say(what: unknown): void {
  process.stdout.write(`${what}\n`);
}
