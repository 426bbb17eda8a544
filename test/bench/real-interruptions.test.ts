/**
 * Every step of a real site, interrupted at random moments in every way there is: the whole service completes it, and nobody
 * helps. BENCH_TEST_MOMENTS is at how many moments of each step and way, and BENCH_TEST_SEED which; `--test-name-pattern`
 * chooses among them.
 */
import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { StatusChange } from '../../src/client/client.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, type Program, until } from '../support/processes.ts';
import { acme } from '../support/site-plan.ts';
import { createCompany, requestFor } from '../support/test-service.ts';
import { diskTooLarge, endRedis, fillDisk, killDatabase, tearConfiguration } from './bench-servers.ts';
import { noRealBench, openRealBench, path } from './real-bench.ts';
import { differences, fieldsOf } from './site-fields.ts';

const moments = Number(process.env['BENCH_TEST_MOMENTS'] ?? 1);
const seed = process.env['BENCH_TEST_SEED'] ?? `${randomInt(1_000_000)}`;
const apps = (process.env['BENCH_TEST_APPS'] ?? 'demo_app').split(',');

/** What a site begins with, and which of its steps are interrupted then. */
const courses = {
  'Frappe alone, from nothing': {
    apps: [],
    template: undefined,
    steps: ['preflight', 'create-site', 'set-up-company'],
  },
  'from nothing': { apps, template: undefined, steps: [...apps.map((app) => `install-app:${app}`), 'set-up-company'] },
  'from a template of Frappe': { apps, template: [], steps: apps.map((app) => `install-app:${app}`) },
  'from a template': { apps, template: apps, steps: ['create-site', 'set-up-company', 'verify'] },
} as const;
type Course = keyof typeof courses;

/**
 * How a step is interrupted. Each resolves once all is as before, in which the worker may be another one; those that take
 * something away, to for how many seconds it was unavailable.
 */
const ways: Readonly<Record<string, (company: Made) => Promise<number | undefined>>> = {
  SIGTERM: (company) => replaceHolder(company, 'SIGTERM'),
  SIGKILL: (company) => replaceHolder(company, 'SIGKILL'),
  'SIGSTOP beyond the lease': freezeHolder,
  'the database is killed': () => without(killDatabase, 5_000),
  'Redis is unavailable': () => without(endRedis, 10_000),
  'the configuration cannot be read': () => without(tearConfiguration, 10_000),
  'the disk is full': () => without(fillDisk, 10_000),
};

/** What each interruption cost, in seconds beyond the time in which nobody could work on the company. */
const costs = new Map<string, number[]>();

/** A company that is being made. */
interface Made {
  readonly id: string;
  readonly customer: string;
  readonly siteName: string;
  /** Resolves when the step begins. */
  begun(step: string): Promise<void>;
  /** Every event until the stream completes. */
  readonly events: Promise<readonly StatusChange[]>;
}

const skip = noRealBench || serversMissing;
const timeout = 900_000;
let cluster: Cluster;
let api: ApiProgram;
let workers: Program[] = [];

describe('a company whose step is interrupted at any moment becomes ACTIVE by itself', { skip }, () => {
  before(async () => {
    cluster = await openCluster();
    api = await cluster.startApi(benchEnv);
    workers = [cluster.startWorker(benchEnv), cluster.startWorker(benchEnv)];
  });
  after(async () => {
    await cluster?.close();
    for (const [what, seconds] of costs) console.log(`${what}: ${summary(seconds)}`);
    console.log(`all: ${summary([...costs.values()].flat())}; again with BENCH_TEST_SEED=${seed}`);
  });

  for (let moment = 1; moment <= moments; moment += 1) {
    for (const course of Object.keys(courses) as Course[]) {
      for (const step of courses[course].steps) {
        for (const [way, interrupt] of Object.entries(ways)) {
          const title = `${step}, ${course}: ${way} (${moment})`;
          test(title, { timeout: 2 * timeout }, async (t) => {
            const tooLarge = interrupt === ways['the disk is full'] && (await diskTooLarge());
            if (tooLarge) return t.skip(tooLarge);
            const undisturbed = await undisturbedOf(t, course);
            const company = await request(t, course);
            await company.begun(step);
            const at = fractionOf(title) * (undisturbed.seconds.get(step) ?? 0);
            await pause(at * 1_000);
            const interruptedAt = Date.now();
            const unavailable = await interrupt(company);

            const events = await company.events;
            const more = (secondsOf(events).get('all') ?? 0) - (undisturbed.seconds.get('all') ?? 0);
            const lost = unavailable ?? secondsUntilTakenOver(events, interruptedAt);
            const said = new Set(events.filter(({ kind }) => kind === 'STEP_RETRYING').map(({ message }) => message));
            const cost = `${more.toFixed(1)} s more, of which ${lost.toFixed(1)} s nobody could work`;
            t.diagnostic([`at ${at.toFixed(1)} s: ${events.at(-1)?.status}, ${cost}`, ...said].join(' | '));
            assert.equal(events.at(-1)?.status, 'ACTIVE', await failureOf(company));
            await until('the customer has a mail', () => cluster.mailsTo(company.customer) > 0);
            assert.equal(cluster.mailsTo(company.customer), 1);
            assert.deepEqual(differences(await fieldsOf(company.siteName), undisturbed.fields), {
              missing: [],
              unexpected: [],
            });
            const { adminEmail, adminPassword } = requestFor(company.siteName);
            const plan = { ...acme, siteName: company.siteName, adminEmail, adminPassword };
            assert.equal(await openRealBench(t).login(plan), true);
            const what = `${step}, ${course}: ${way}`;
            costs.set(what, [...(costs.get(what) ?? []), more - lost]);
          });
        }
      }
    }
  }
});

const benchEnv = { BENCH_PATH: path, BENCH_WEB_URL: process.env['BENCH_WEB_URL'] ?? '' };

/** Asks for a company; its site is dropped after the test. */
async function request(t: TestContext, course: Course): Promise<Made> {
  await keepTemplates(courses[course].template);
  const siteName = openRealBench(t).newSiteName();
  const customer = siteName.split('.')[0] ?? '';
  const client = await api.clientOf(customer, 'customer');
  const { id } = await createCompany(client, requestFor(siteName, { apps: [...courses[course].apps] }));
  const begun = new Map<string, PromiseWithResolvers<void>>();
  const stepOf = (step: string): PromiseWithResolvers<void> => {
    const known = begun.get(step) ?? Promise.withResolvers<void>();
    begun.set(step, known);
    return known;
  };
  const watch = async (): Promise<StatusChange[]> => {
    const events: StatusChange[] = [];
    for await (const event of client.watch(id, 0)) {
      events.push(event);
      if (event.kind === 'STEP_STARTED') stepOf(event.step ?? '').resolve();
    }
    return events;
  };
  return { id, customer, siteName, begun: (step) => stepOf(step).promise, events: watch() };
}

/** The durations of an undisturbed site's steps and of the whole, and its final content. */
interface Undisturbed {
  readonly seconds: ReadonlyMap<string, number>;
  readonly fields: readonly string[];
}

const known = new Map<Course, Undisturbed>();

async function undisturbedOf(t: TestContext, course: Course): Promise<Undisturbed> {
  const found = known.get(course);
  if (found) return found;
  const { template } = courses[course];
  if (template && !(await templates()).some(({ apps: its }) => its.length === template.length)) {
    // The site of an earlier course leaves it.
    await undisturbedOf(t, template.length === 0 ? 'Frappe alone, from nothing' : 'from a template of Frappe');
  }
  const company = await request(t, course);
  const events = await company.events;
  assert.equal(events.at(-1)?.status, 'ACTIVE', await failureOf(company));
  const undisturbed = { seconds: secondsOf(events), fields: await fieldsOf(company.siteName) };
  const steps = [...undisturbed.seconds].map(([step, seconds]) => `${step} ${seconds.toFixed(1)} s`);
  t.diagnostic(`undisturbed, ${course}: ${steps.join(', ')}`);
  known.set(course, undisturbed);
  return undisturbed;
}

/** At which part of its step a test interrupts. */
const fractionOf = (title: string): number =>
  createHash('sha256').update(`${seed} ${title}`).digest().readUInt32BE() / 2 ** 32;

function summary(seconds: readonly number[]): string {
  const sorted = seconds.toSorted((one, other) => one - other);
  const at = (part: number): string => `${sorted[Math.ceil(part * sorted.length) - 1]?.toFixed(1)} s`;
  return `${sorted.length} interruptions, cost p50 ${at(0.5)}, p90 ${at(0.9)}, max ${at(1)}`;
}

/** 0 when the interrupted worker had completed the company. */
function secondsUntilTakenOver(events: readonly StatusChange[], since: number): number {
  const takenOver = events.find(({ kind, occurredAt }) => kind === 'TAKEN_OVER' && Date.parse(occurredAt) > since);
  return takenOver ? (Date.parse(takenOver.occurredAt) - since) / 1_000 : 0;
}

function secondsOf(events: readonly StatusChange[]): Map<string, number> {
  const time = (event: StatusChange | undefined): number => Date.parse(event?.occurredAt ?? '') / 1_000;
  const steps = events.filter(({ kind }) => kind === 'STEP_STARTED').map(({ step }) => step ?? '');
  const of = (step: string, kind: string) =>
    time(events.findLast((event) => event.step === step && event.kind === kind));
  const started = events.find(({ status }) => status === 'PROVISIONING');
  return new Map([
    ...steps.map((step): [string, number] => [step, of(step, 'STEP_COMPLETED') - of(step, 'STEP_STARTED')]),
    ['all', time(events.at(-1)) - time(started)],
  ]);
}

/** Deletes the templates of more apps than these; all of them when there are to be none. */
async function keepTemplates(most: readonly string[] | undefined): Promise<void> {
  for (const { folder, apps: its } of await templates()) {
    if (its.length > (most?.length ?? -1)) await rm(folder, { recursive: true });
  }
}

/** The bench's templates, and the apps of each besides Frappe. */
async function templates() {
  const all = join(path, 'sites/.provisioning/templates');
  const names = await readdir(all).catch(() => []);
  return Promise.all(
    names.map(async (name) => {
      const folder = join(all, name);
      const snapshot = JSON.parse(await readFile(join(folder, 'snapshot.json'), 'utf8'));
      return { folder, apps: (snapshot.apps as string[]).filter((app) => app !== 'frappe') };
    }),
  );
}

async function failureOf({ id }: Made): Promise<string> {
  const [company] = await cluster.query<{ failure: unknown }>('select failure from company where id = $1', id);
  return JSON.stringify(company?.failure, null, 1).replaceAll('\\n', '\n');
}

/** The claims of the company, oldest first, from the workers' logs. */
const claimsOf = ({ id }: Made) =>
  workers
    .flatMap((worker) => worker.log.map((line) => ({ worker, line })))
    .filter(({ line }) => line.msg === 'provisioning started' && line['companyId'] === id)
    .toSorted((a, b) => Number(a.line['fencingToken']) - Number(b.line['fencingToken']));

const holderOf = (company: Made): Program => {
  const claim = claimsOf(company).at(-1);
  assert.ok(claim);
  return claim.worker;
};

async function replaceHolder(company: Made, signal: NodeJS.Signals): Promise<undefined> {
  const holder = holderOf(company);
  await holder.end(signal);
  workers = [...workers.filter((worker) => worker !== holder), cluster.startWorker(benchEnv)];
}

/** Lets the holder sleep until another one has worked on the company for a while. */
async function freezeHolder(company: Made): Promise<undefined> {
  const holder = holderOf(company);
  const claims = claimsOf(company).length;
  holder.send('SIGSTOP');
  await until('another worker takes the company up', () => claimsOf(company).length > claims);
  await pause(3_000);
  holder.send('SIGCONT');
}

async function without(takeAway: () => Promise<() => Promise<void>>, milliseconds: number): Promise<number> {
  const begin = performance.now();
  const giveBack = await takeAway();
  await pause(milliseconds);
  await giveBack();
  return (performance.now() - begin) / 1_000;
}
