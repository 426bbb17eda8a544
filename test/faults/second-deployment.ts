import { type Deployment, placesOf } from './deployment.ts';
import { faultOf, whichever } from './fault.ts';
import { type Order, placeOrder, type Wish, wishNamed } from './portal.ts';
import { allIsSent } from './record.ts';
import type { Clientele } from './trial.ts';
import { untilGivenUp } from './until-given-up.ts';

/** How many of its companies want sites that are ours, and how many have sites of their own. */
const takenSites = 2;
const ownSites = 3;

/**
 * Another API and worker with a database of their own, on the same servers and the same sites. Its companies have the
 * numbers of companies of ours, and some want the very sites of these; one more of ours is asked for meanwhile.
 */
export const secondDeployment = faultOf('second deployment', { number: whichever }, async (trial, { number }) => {
  const { world } = trial;
  const { name, deployment } = await world.openBeside();
  const orders: Order[] = [];
  const neighbour: Clientele = { world, deployment, name, orders };
  trial.neighbours.push(neighbour);
  const order = async (wish: Pick<Wish, 'end'> & Partial<Wish>): Promise<void> => {
    const full = wishNamed(`${name}-${orders.length + 1}`, { firstAsked: 0, watches: true, ...wish });
    const placed = await placeOrder(deployment.urls, full, trial.over);
    orders.push(placed);
    await placed.created;
  };
  try {
    for (let index = 0; index < takenSites; index += 1) {
      const ours = await trial.placed(number + index);
      const { site } = ours.wish;
      await untilGivenUp(`${site} is ours`, () => world.sites.ownerOf(site) !== undefined, trial.over);
      await giveNumber(deployment, await ours.created, trial.over);
      await order({ site, end: 'FAILED' });
    }
    await trial.probe('second deployment');
    for (let index = 0; index < ownSites; index += 1) await order({ end: 'ACTIVE' });
    await Promise.all(orders.flatMap(({ ended, watched }) => [ended, watched]));
    await allIsSent(neighbour, trial.over);
  } finally {
    await Promise.all(placesOf(deployment).map((place) => place.end()));
  }
});

/** The deployment's next company gets the id that one of ours has, and those after it the following ones. */
const giveNumber = ({ query }: Deployment, id: string, givenUp: AbortSignal): Promise<void> =>
  untilGivenUp(
    'the next number is given',
    async () => {
      const [, year, number] = id.split('-').map(Number);
      await query('insert into company_year values ($1, 0) on conflict do nothing', year);
      await query(`select setval('company_number', $1, false)`, number);
      return true;
    },
    givenUp,
  );
