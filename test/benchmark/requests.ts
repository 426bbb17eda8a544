import { tokenOf } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';
import type { Column, Extent, Line } from './lines.ts';
import { drive, type Load, postOf } from './load.ts';
import { startMercurius } from './mercurius.ts';
import { cpuTimeOf } from './process-figures.ts';
import { companyFields } from './references/company-record.ts';
import { rowsOf, type Sample } from './rounds.ts';
import { type Server, startReference } from './server.ts';
import { creation } from './service.ts';

const columns = [
  { key: 'rate', title: 'requests/s', isCompared: true },
  { key: 'cpu', title: 'CPU µs a request', isCompared: true },
  { key: 'p50', title: 'ms p50', isCompared: false },
  { key: 'p99', title: 'ms p99', isCompared: false },
] as const satisfies readonly Column[];
type RequestSample = Sample<(typeof columns)[number]['key']>;

/** A server to send requests to. */
interface Contestant {
  readonly name: string;
  /** Fresh in each generation. */
  start(): Promise<Server>;
  /** The bytes of the next request of a connection. */
  readonly next: Load['next'];
}

const connections = 32;
/** The customers in turn who send the requests of the service’s connections: each of them may run eight operations at once. */
const customers = Array.from({ length: 16 }, (_, index) => `customer-${index}`);
/** Of companies: nobody may create more than some hundreds a day. */
const creators = Array.from({ length: 500 }, (_, index) => `creator-${index}`);
const companiesEach = 100;

const shipped = 'plain Yoga';
const unguarded = 'plain Yoga without its body guard';

export const typename: Line = {
  key: 'typename',
  async measure({ service, extent }) {
    const body = { query: '{ __typename }' };
    const request = postOf(body);
    const signed = (await tokensOf(customers)).map((token) => postOf(body, token));
    const next = (): string => request;
    return {
      title: '{ __typename }',
      columns,
      rows: await measureAll(
        [
          { name: 'bare node:http', next, start: () => startReference('bare-http.ts') },
          { name: shipped, next, start: () => startReference('yoga.ts') },
          { name: unguarded, next, start: () => startReference('yoga.ts', { BODY_GUARD: 'off' }) },
          { name: 'mercurius', next, start: () => startMercurius() },
          { name: 'mercurius with JIT', next, start: () => startMercurius({ JIT: 'on' }) },
          { name: 'this service', start: () => service.startApi(), next: (connection) => inTurn(signed, connection) },
        ],
        '"__typename":"Query"',
        extent,
      ),
    };
  },
};

export const company: Line = {
  key: 'company',
  async measure({ service, extent }) {
    const query = `query ($id: ID!) { company(id: $id) { ${companyFields.join(' ')} } }`;
    const made = await service.makeCompanies(customers.length * companiesEach, (index) => inTurn(customers, index));
    const requestsOf = (token: string | undefined, customer: string): string[] =>
      made.filter((one) => one.customer === customer).map(({ id }) => postOf({ query, variables: { id } }, token));
    const given = await tokensOf(customers);
    const plain = customers.map((customer) => requestsOf(undefined, customer));
    const signed = customers.map((customer, index) => requestsOf(given[index], customer));
    const database = { DATABASE_URL: service.cluster.postgres.url };
    const next = nextOf(plain);
    return {
      title: `company(id) with ${companyFields.length} fields`,
      columns,
      rows: await measureAll(
        [
          { name: 'node:http and pg', next, start: () => startReference('bare-http.ts', database) },
          {
            name: `${unguarded}, pg`,
            next,
            start: () => startReference('yoga.ts', { ...database, BODY_GUARD: 'off' }),
          },
          { name: 'mercurius, pg', next, start: () => startMercurius(database) },
          { name: 'this service', start: () => service.startApi(), next: nextOf(signed) },
        ],
        '"companyName":"Acme Corporation"',
        extent,
      ),
    };
  },
};

export const createCompany: Line = {
  key: 'create',
  async measure({ service, extent }) {
    let created = 0;
    const next = (token?: string): string => {
      created += 1;
      return postOf({ query: creation, variables: { input: requestFor(`created-${created}.localhost`) } }, token);
    };
    const given = await tokensOf(creators);
    return {
      title: 'createCompany',
      columns,
      rows: await measureAll(
        [
          {
            name: 'node:http and pg',
            start: () => startReference('bare-http.ts', { DATABASE_URL: service.cluster.postgres.url }),
            next: () => next(),
          },
          { name: 'this service', start: () => service.startApi(), next: () => next(inTurn(given, created)) },
        ],
        '"status":"QUEUED"',
        extent,
      ),
    };
  },
};

const tokensOf = (subjects: readonly string[]): Promise<string[]> =>
  Promise.all(subjects.map((subject) => tokenOf(subject, 'customer')));

function inTurn<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('There are no items.');
  return item;
}

/** Each connection is a customer’s and goes through their requests. */
function nextOf(requests: readonly (readonly string[])[]): Load['next'] {
  let sent = 0;
  return (connection) => {
    sent += 1;
    return inTurn(inTurn(requests, connection), sent);
  };
}

/** All servers of a generation run at the same time, and one of them is busy. */
async function measureAll(
  contestants: readonly Contestant[],
  expected: string,
  { generations, slices, warmUp, slice }: Extent,
): Promise<ReturnType<typeof rowsOf>> {
  const samples = new Map<string, RequestSample[]>(contestants.map(({ name }) => [name, []]));
  for (let generation = 0; generation < generations; generation += 1) {
    await using servers = new AsyncDisposableStack();
    const started: { name: string; load: Load; server: Server }[] = [];
    for (const { name, start, next } of contestants) {
      const server = await start();
      servers.defer(async () => void (await server.program.end('SIGKILL')));
      const isExpected = (response: string): boolean =>
        response.startsWith('HTTP/1.1 200 ') && response.includes(expected);
      started.push({ name, server, load: { port: server.port, connections, next, isExpected } });
    }
    for (const { load } of started) await drive(load, warmUp);
    for (let round = 0; round < slices; round += 1)
      for (const { name, load, server } of round % 2 === 0 ? started : started.toReversed())
        samples.get(name)?.push(await sampleOf(server, load, slice));
  }
  return rowsOf(samples);
}

async function sampleOf({ program: { pid } }: Server, load: Load, milliseconds: number): Promise<RequestSample> {
  const timeBefore = cpuTimeOf(pid);
  const { requests, perSecond, p50, p99 } = await drive(load, milliseconds);
  return { rate: perSecond, cpu: ((cpuTimeOf(pid) - timeBefore) / requests) * 1_000, p50, p99 };
}
