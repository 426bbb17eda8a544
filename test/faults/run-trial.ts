import { setTimeout as pause } from 'node:timers/promises';
import { sendRefusedMails } from './operator.ts';
import { type Order, placeOrder, type Wish, wishNamed } from './portal.ts';
import { allIsSent } from './record.ts';
import type { Schedule } from './schedule.ts';
import type { Loss, Recovery, Trial } from './trial.ts';
import type { World } from './world.ts';

/** How long a trial may take in all, in milliseconds; most are over within 40 s. */
const patience = 180_000;

/** Lets the schedule happen. Resolves when all has come to rest, or has not in time, which `complain` is told. */
export async function runTrial(
  world: World,
  name: string,
  schedule: Schedule,
  complain: (complaint: string) => void,
): Promise<Trial> {
  const over = new AbortController();
  const latest = setTimeout(() => over.abort(new Error('it took too long')), patience);
  const stage = openStage(world, name, schedule, over.signal);
  const { trial } = stage;
  const operator = sendRefusedMails(world.urls, over.signal);
  const strikes = schedule.faults.map(async (fault, index) => {
    await pause(fault.at);
    await fault
      .strike(trial)
      .catch((error) => complain(`fault ${index + 1} (${fault.kind}) did not strike: ${reasonOf(error)}`));
  });
  await Promise.all(schedule.orders.map(({ at }, index) => pause(at).then(() => stage.place(index))));
  await Promise.all(strikes);
  for (const { wish, ended, watched } of [trial, ...trial.neighbours].flatMap(({ orders }) => orders)) {
    await ended.catch((error) => complain(`${wish.customer} did not get it ${wish.end}: ${reasonOf(error)}`));
    await watched?.catch((error) => complain(`${wish.customer} did not see it ${wish.end}: ${reasonOf(error)}`));
  }
  await isAtRest(trial).catch((error) => complain(`not at rest: ${reasonOf(error)}`));
  clearTimeout(latest);
  over.abort(new Error('the trial is over'));
  await operator;
  return trial;
}

const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;

/** The trial as its faults see it, and how an order of the schedule is placed. */
function openStage(world: World, name: string, schedule: Schedule, over: AbortSignal) {
  const orders: Order[] = [];
  const losses: Loss[] = [];
  const recoveries: Recovery[] = [];
  const wishes = schedule.orders.map((planned, index) => wishNamed(`${name}-${index + 1}`, planned));
  const placements = wishes.map(() => Promise.withResolvers<Order>());
  const at = <Item>(items: readonly Item[], number: number): Item => {
    const item = items[number % items.length];
    if (item === undefined) throw new Error('Nothing was ordered.');
    return item;
  };
  const order = (wish: Wish): Promise<Order> =>
    placeOrder(world.urls, wish, over).then((placed) => {
      orders.push(placed);
      return placed;
    });

  const trial: Trial = {
    world,
    deployment: world,
    name,
    startedAt: Date.now(),
    orders,
    neighbours: [],
    losses,
    recoveries,
    over,
    wishOf: (number) => at(wishes, number),
    placed: (number) => at(placements, number).promise,
    async probe(kind) {
      const orderedAt = Date.now();
      probes += 1;
      const probe = await order(wishNamed(`${name}-probe-${probes}`, { firstAsked: probes, watches: false }));
      losses.push({ kind, companyId: probe.created, at: orderedAt });
    },
    async heldBy({ program }) {
      const held = `select id from company where leased_by like $1 and status = 'PROVISIONING'`;
      const rows = await world.cluster.query<{ id: string }>(held, `%-${program.pid}-%`).catch(() => []);
      return rows.map(({ id }) => id);
    },
    loses: (kind) => async (life) => {
      const ids = await trial.heldBy(life);
      losses.push(...ids.map((id) => ({ kind, companyId: Promise.resolve(id), at: Date.now() })));
    },
    recovered: (kind, seconds) => void recoveries.push({ kind, seconds }),
  };
  let probes = 0;
  return {
    trial,
    place: (index: number): Promise<void> =>
      order(at(wishes, index)).then((placed) => at(placements, index).resolve(placed)),
  };
}

/** Nothing is owed any more, and every program is up. */
async function isAtRest(trial: Trial): Promise<void> {
  await allIsSent(trial, trial.over);
  await trial.world.allReady(60_000);
}
