import { join } from 'node:path';
import BeeQueue from 'bee-queue';
import * as fc from 'fast-check';
import { mailQueue } from '../../jobs/deliver-mail.job.ts';
import { queuePrefix } from '../../jobs/open-queue.ts';
import { provisionQueue } from '../../jobs/provision-company.job.ts';
import { until } from '../support/processes.ts';
import { again, faultOf, milliseconds, trapOf, whichever } from './fault.ts';
import type { Place } from './place.ts';
import type { Trial } from './trial.ts';

const oneOf = <Item>(items: readonly Item[], number: number): Item => {
  const item = items[number % items.length];
  if (item === undefined) throw new Error('There is nothing to choose from.');
  return item;
};

const aWorker = ({ world }: Trial, number: number): Place => oneOf(world.workers, number);
const anApi = ({ world }: Trial, number: number): Place => oneOf(world.apis, number);

/** One that holds a company just now, as soon as any does. */
async function aBusyWorker(trial: Trial, number: number): Promise<Place> {
  const { workers } = trial.world;
  let busy: readonly Place[] = [];
  const someAreBusy = async (): Promise<boolean> => {
    const held = await Promise.all(workers.map(({ life }) => trial.heldBy(life)));
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

/** Each job goes into the queue twice more, beside the service's own. */
async function deliverTwice({ world }: Trial, companyId: string): Promise<void> {
  const [deployment] = await world.query<{ id: string }>('select id from deployment').catch(() => []);
  const prefix = queuePrefix({ namespace: deployment?.id ?? '' });
  for (const name of [provisionQueue, mailQueue]) {
    const queue = new BeeQueue(name, {
      prefix,
      redis: { url: world.cluster.redis.url },
      isWorker: false,
      getEvents: false,
    });
    queue.on('error', () => {
      // Redis is away; the jobs are not delivered at all then.
    });
    const jobs = ['again', 'once-more'].map((which) => queue.createJob({ companyId }).setId(`${companyId}-${which}`));
    await Promise.allSettled(jobs.map((job) => job.save()));
    await queue.close(1_000).catch(() => {
      // It was never open.
    });
  }
}

/** Whoever takes them over is at it still when the one who slept wakes up. */
async function slowDown({ world }: Trial, ids: readonly string[]): Promise<void> {
  const sql = 'select site_name as site from company where id = any ($1)';
  const sites = await world.cluster.query<{ site: string }>(sql, ids).catch(() => []);
  for (const { site } of sites) {
    for (const step of ['create-site', 'install-app:erpnext', 'set-up-company']) {
      await world.sites.behave(site, step, 'slow', 3);
    }
  }
}

const workerFaults = [
  faultOf('worker killed', { number: whichever, again }, async (trial, { number, again: after }) => {
    await aWorker(trial, number).kill(after, trial.loses('worker killed'));
  }),
  faultOf('busy worker killed', { number: whichever, again }, async (trial, { number, again: after }) => {
    await (await aBusyWorker(trial, number)).kill(after, trial.loses('worker killed'));
  }),
  faultOf(
    'worker stopped',
    { number: whichever, lasts: milliseconds(11_000, 16_000) },
    async (trial, { number, lasts }) => {
      await (await aBusyWorker(trial, number)).freeze(lasts, trial.loses('worker stopped'));
    },
  ),
  trapOf(
    'worker stopped, and deaf when it wakes up',
    { number: whichever, lasts: milliseconds(11_000, 14_000) },
    async (trial, { number, lasts }) => {
      const place = aWorker(trial, number);
      await place.replace(0, { DEAF: 'yes' });
      await place.isUp();
      const isBusy = async (): Promise<boolean> => (await trial.heldBy(place.life)).length > 0;
      await until('it holds a company', isBusy, longestTrap).catch(() => {
        // All is done: it sleeps all the same.
      });
      await place.freeze(lasts, async (life) => {
        await trial.loses('worker stopped')(life);
        await slowDown(trial, await trial.heldBy(life));
      });
      await place.replace(0);
    },
  ),
  faultOf('worker told to end', { number: whichever, again }, async (trial, { number, again: after }) => {
    await (await aBusyWorker(trial, number)).replace(after);
  }),
  faultOf('worker told twice', { number: whichever, again }, async (trial, { number, again: after }) => {
    await (await aBusyWorker(trial, number)).hurry(after);
  }),
  faultOf(
    'worker’s clock off',
    { number: whichever, minutes: fc.constantFrom(-120, 120) },
    async (trial, { number, minutes }) => {
      await aWorker(trial, number).replace(0, { NODE_OPTIONS: `--import=${clock}`, CLOCK_OFF_MINUTES: `${minutes}` });
    },
  ),
  faultOf('jobs delivered twice', { number: whichever }, async (trial, { number }) => {
    const order = await trial.placed(number);
    await deliverTwice(trial, await order.created);
  }),
];

const apiFaults = [
  faultOf('api killed', { number: whichever, again }, (trial, { number, again: after }) =>
    anApi(trial, number).kill(after),
  ),
  faultOf('api told to end', { number: whichever, again }, (trial, { number, again: after }) =>
    anApi(trial, number).replace(after),
  ),
];

/** Whoever holds this company is killed, three times: then it is given up, and its customer asks for it again. */
const deadlyCompany = faultOf('company loses three workers', { number: whichever }, async (trial, { number }) => {
  const id = await (await trial.placed(number)).created;
  const isHeld = async ({ life }: Place): Promise<boolean> => (await trial.heldBy(life)).includes(id);
  for (let claim = 1; claim <= 3; claim += 1) {
    let holder: Place | undefined;
    const isClaimed = async (): Promise<boolean> => {
      const held = await Promise.all(trial.world.workers.map(isHeld));
      holder = trial.world.workers.find((_worker, index) => held[index]);
      return holder !== undefined;
    };
    await until('the company is claimed', isClaimed, longestClaim).catch(() => {
      // It was made in between, sooner than it could be seen.
    });
    await holder?.kill(0, trial.loses('worker killed'));
  }
});

const longestClaim = 15_000;

/** One program after the other, each when the one before is up again. */
const rollingRestart = faultOf('rolling restart', {}, async ({ world }) => {
  for (const place of [...world.workers, ...world.apis]) {
    await place.replace(0);
    await place.isUp();
  }
});

export const programFaults = [...workerFaults, deadlyCompany, ...apiFaults, rollingRestart];
