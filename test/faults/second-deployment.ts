import { allIsSent } from './company-history.ts';
import { type CompanyRequest, type RequestedCompany, requestCompany, requestFrom } from './customer-client.ts';
import { type Deployment, nodesOf } from './deployment.ts';
import { fault, whichever } from './nemesis.ts';
import type { Workload } from './run.ts';
import { untilGivenUp } from './until-given-up.ts';

/** How many of its companies want sites that are ours, and how many have sites of their own. */
const takenSites = 2;
const ownSites = 3;

/**
 * Another API and worker with a database of their own, on the same servers and the same sites. Its companies have the
 * numbers of companies of ours, and some request the same sites; one more of ours is requested meanwhile.
 */
export const secondDeployment = fault('second deployment', { number: whichever }, async (run, { number }) => {
  const { cluster } = run;
  const { name, deployment } = await cluster.openBeside();
  const requested: RequestedCompany[] = [];
  const neighbour: Workload = { cluster, deployment, name, requested };
  run.neighbours.push(neighbour);
  const request = async (how: Pick<CompanyRequest, 'end'> & Partial<CompanyRequest>): Promise<void> => {
    const full = requestFrom(`${name}-${requested.length + 1}`, { firstAsked: 0, watches: true, ...how });
    const company = await requestCompany(deployment.urls, full, run.over);
    requested.push(company);
    await company.created;
  };
  try {
    for (let index = 0; index < takenSites; index += 1) {
      const ours = await run.accepted(number + index);
      const { site } = ours.request;
      await untilGivenUp(`${site} is ours`, () => cluster.sites.ownerOf(site) !== undefined, run.over);
      await giveNumber(deployment, await ours.created, run.over);
      await request({ site, end: 'FAILED' });
    }
    await run.probe('second deployment');
    for (let index = 0; index < ownSites; index += 1) await request({ end: 'ACTIVE' });
    await Promise.all(requested.flatMap(({ ended, watched }) => [ended, watched]));
    await allIsSent(neighbour, run.over);
  } finally {
    await Promise.all(nodesOf(deployment).map((node) => node.end()));
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
