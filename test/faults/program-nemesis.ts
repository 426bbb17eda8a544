import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as fc from 'fast-check';
import { mailQueue } from '../../jobs/deliver-mail.job.ts';
import { openQueue } from '../../jobs/open-queue.ts';
import { provisionQueue } from '../../jobs/provision-company.job.ts';
import { openLog } from '../../src/observability/log.ts';
import { openRedisServer } from '../../src/redis/redis-server.ts';
import { readRedisUrl } from '../../src/redis/redis-settings.ts';
import { until } from '../support/processes.ts';
import { again, armedFault, fault, milliseconds, whichever } from './nemesis.ts';
import type { Node } from './node.ts';
import type { Run } from './run.ts';

const oneOf = <Item>(items: readonly Item[], number: number): Item => {
  const item = items[number % items.length];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
};

const aWorker = ({ cluster }: Run, number: number): Node => oneOf(cluster.workers, number);
const anApi = ({ cluster }: Run, number: number): Node => oneOf(cluster.apis, number);

/** A worker that holds a company, as soon as any does. */
async function aBusyWorker(run: Run, number: number): Promise<Node> {
  const { workers } = run.cluster;
  let busy: readonly Node[] = [];
  const someAreBusy = async (): Promise<boolean> => {
    const held = await Promise.all(workers.map(({ incarnation }) => run.heldBy(incarnation)));
    busy = workers.filter((_worker, index) => held[index]?.length);
    return busy.length > 0;
  };
  await until('a worker holds a company', someAreBusy, longestIdle).catch(() => {
    // All is done: any worker will do.
  });
  return oneOf(busy.length > 0 ? busy : workers, number);
}

const longestIdle = 3_000;
const longestTrap = 10_000;

const clock = join(import.meta.dirname, 'clock-off.ts');

/** Enqueues each job twice more, besides the service's own; not at all while Redis is unavailable. */
async function deliverTwice({ cluster }: Run, companyId: string): Promise<void> {
  const [deployment] = await cluster.query<{ id: string }>('select id from deployment').catch(() => []);
  const redis = openRedisServer(readRedisUrl(cluster.servers.redis.url), deployment?.id ?? '', openLog('silent'));
  for (const name of [provisionQueue, mailQueue]) {
    const { ready, close } = openQueue(name, redis, { isWorker: false, onError() {} });
    const enqueue = async (): Promise<void> => {
      const { queue } = await ready;
      const jobs = ['again', 'once-more'].map((which) => queue.createJob({ companyId }).setId(`${companyId}-${which}`));
      await Promise.allSettled(jobs.map((job) => job.save()));
    };
    // Without Redis the queue is closed before it is ready.
    await Promise.race([enqueue().catch(() => {}), pause(longestEnqueue)]);
    await close();
  }
}

const longestEnqueue = 1_000;

/** The worker that takes them over is still at work when the paused one resumes. */
async function slowDown({ cluster }: Run, ids: readonly string[]): Promise<void> {
  const sql = 'select site_name as site from company where id = any ($1)';
  const sites = await cluster.servers.query<{ site: string }>(sql, ids).catch(() => []);
  for (const { site } of sites) {
    for (const step of ['create-site', 'install-app:erpnext', 'set-up-company']) {
      await cluster.sites.behave(site, step, 'slow', 3);
    }
  }
}

const workerFaults = [
  fault('worker killed', { number: whichever, again }, async (run, { number, again: after }) => {
    await aWorker(run, number).kill(after, run.loses('worker killed'));
  }),
  fault('busy worker killed', { number: whichever, again }, async (run, { number, again: after }) => {
    await (await aBusyWorker(run, number)).kill(after, run.loses('worker killed'));
  }),
  fault('worker paused', { number: whichever, lasts: milliseconds(11_000, 16_000) }, async (run, { number, lasts }) => {
    await (await aBusyWorker(run, number)).freeze(lasts, run.loses('worker paused'));
  }),
  armedFault(
    'worker paused, without heartbeats',
    { number: whichever, lasts: milliseconds(11_000, 14_000) },
    async (run, { number, lasts }) => {
      const node = aWorker(run, number);
      await node.replace(0, { DEAF: 'yes' });
      await node.isUp();
      const isBusy = async (): Promise<boolean> => (await run.heldBy(node.incarnation)).length > 0;
      await until('it holds a company', isBusy, longestTrap).catch(() => {
        // All is done: it is paused all the same.
      });
      await node.freeze(lasts, async (incarnation) => {
        await run.loses('worker paused')(incarnation);
        await slowDown(run, await run.heldBy(incarnation));
      });
      await node.replace(0);
    },
  ),
  fault('worker shut down', { number: whichever, again }, async (run, { number, again: after }) => {
    await (await aBusyWorker(run, number)).replace(after);
  }),
  fault('worker shut down at once', { number: whichever, again }, async (run, { number, again: after }) => {
    await (await aBusyWorker(run, number)).hurry(after);
  }),
  fault(
    'worker’s clock off',
    { number: whichever, minutes: fc.constantFrom(-120, 120) },
    async (run, { number, minutes }) => {
      await aWorker(run, number).replace(0, { NODE_OPTIONS: `--import=${clock}`, CLOCK_OFF_MINUTES: `${minutes}` });
    },
  ),
  fault('jobs delivered twice', { number: whichever }, async (run, { number }) => {
    const company = await run.accepted(number);
    await deliverTwice(run, await company.created);
  }),
];

const apiFaults = [
  fault('api killed', { number: whichever, again }, (run, { number, again: after }) => anApi(run, number).kill(after)),
  fault('api shut down', { number: whichever, again }, (run, { number, again: after }) =>
    anApi(run, number).replace(after),
  ),
];

/** Kills the worker that holds this company three times: then the attempt is rescued, and the customer retries it. */
const deadlyCompany = fault('company loses three workers', { number: whichever }, async (run, { number }) => {
  const id = await (await run.accepted(number)).created;
  const isHeld = async ({ incarnation }: Node): Promise<boolean> => (await run.heldBy(incarnation)).includes(id);
  for (let claim = 1; claim <= 3; claim += 1) {
    let holder: Node | undefined;
    const isClaimed = async (): Promise<boolean> => {
      const held = await Promise.all(run.cluster.workers.map(isHeld));
      holder = run.cluster.workers.find((_worker, index) => held[index]);
      return holder !== undefined;
    };
    await until('the company is claimed', isClaimed, longestClaim).catch(() => {
      // It was made in between, sooner than it could be seen.
    });
    await holder?.kill(0, run.loses('worker killed'));
  }
});

const longestClaim = 15_000;

/** One program after the other, each when the one before is up again. */
const rollingRestart = fault('rolling restart', {}, async ({ cluster }) => {
  for (const node of [...cluster.workers, ...cluster.apis]) {
    await node.replace(0);
    await node.isUp();
  }
});

export const programFaults = [...workerFaults, deadlyCompany, ...apiFaults, rollingRestart];
