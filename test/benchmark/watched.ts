import { tokenOf } from '../support/processes.ts';
import { now } from './clock.ts';
import { versionsChannel } from './references/program.ts';
import type { Contestant, Sample } from './rounds.ts';
import { type Server, startReference } from './server.ts';
import type { MadeCompany, Service } from './service.ts';
import type { Transport, WatcherOf } from './watcher-messages.ts';

/** A server, who watches there, and how the next event is caused. */
export interface Watched {
  readonly server: Server;
  readonly watchers: readonly WatcherOf[];
  /** The version that watchers get when they come; undefined where they get nothing. */
  readonly present: number | undefined;
  /** Resolves to the event’s version, and to the time just before it was published or committed. */
  cause(): Promise<{ version: number; causedAt: number }>;
}

export interface Audience {
  readonly watchers: number;
  readonly companies: number;
}

/** The peers by transport; the first one is the reference. */
const peers: Readonly<Record<Transport, readonly [Peer, Peer]>> = {
  sse: [
    { name: 'bare node:http', file: 'bare-sse.ts' },
    { name: 'plain Yoga', file: 'yoga.ts' },
  ],
  websocket: [
    { name: 'bare ws', file: 'bare-web-socket.ts' },
    { name: 'graphql-ws', file: 'graphql-ws.ts' },
  ],
};
interface Peer {
  readonly name: string;
  readonly file: string;
}

type Measure<Key extends string> = (watched: Watched) => Promise<Sample<Key>>;

/** The peers, to which events are given in memory, and the service. */
export const contestants = <Key extends string>(
  service: Service,
  transport: Transport,
  audience: Audience,
  measure: Measure<Key>,
): Contestant<Key>[] => [
  ...peers[transport].map(({ name, file }) => contestant(name, () => openReference(file, audience), measure)),
  contestant('this service', () => openOurs(service, audience), measure),
];

/** The bare server, to which events come as to the service: committed to PostgreSQL, then in a message of Redis. */
export function onceCommitted<Key extends string>(
  service: Service,
  transport: Transport,
  audience: Audience,
  measure: Measure<Key>,
): Contestant<Key> {
  const [{ name, file }] = peers[transport];
  return contestant(`${name} after PostgreSQL and Redis`, () => openBehindServers(service, file, audience), measure);
}

/** On a fresh server for each measurement. */
const contestant = <Key extends string>(
  name: string,
  open: () => Promise<Watched>,
  measure: Measure<Key>,
): Contestant<Key> => ({
  name,
  async measure() {
    const watched = await open();
    try {
      return await measure(watched);
    } finally {
      await watched.server.program.end('SIGKILL');
    }
  },
});

async function openReference(file: string, audience: Audience): Promise<Watched> {
  const server = await startReference(file);
  let version = 0;
  return {
    server,
    watchers: watchersOf(audience),
    present: undefined,
    async cause() {
      version += 1;
      const causedAt = now();
      server.program.tell(`${version}`);
      return { version, causedAt };
    },
  };
}

async function openBehindServers(service: Service, file: string, audience: Audience): Promise<Watched> {
  const made = await service.makeCompanies(audience.companies, () => 'customer');
  const server = await startReference(file, { REDIS_URL: service.cluster.redis.url });
  const ids = made.map(({ id }) => id);
  let version = 0;
  return {
    server,
    watchers: watchersOf(audience),
    present: undefined,
    async cause() {
      version += 1;
      const { committedAt } = await service.moveAll(ids);
      service.redis.publish(versionsChannel, `${version}`);
      return { version, causedAt: committedAt };
    },
  };
}

const watchersOf = ({ watchers, companies }: Audience): WatcherOf[] =>
  Array.from({ length: watchers }, (_, index) => ({ companyId: `COMP-${index % companies}` }));

/** Customers with a hundred companies each, all of which are watched. */
async function openOurs(service: Service, { watchers, companies }: Audience): Promise<Watched> {
  const made = await service.makeCompanies(companies, (index) => `customer-${Math.floor(index / 100)}`);
  const customers = [...new Set(made.map(({ customer }) => customer))];
  const tokens = new Map<string, string>();
  for (const customer of customers) tokens.set(customer, await tokenOf(customer, 'customer'));
  const server = await service.startApi();
  const ids = made.map(({ id }) => id);
  let version = 1;
  return {
    server,
    watchers: Array.from({ length: watchers }, (_, index) => watcherOf(made[index % companies], tokens)),
    present: version,
    async cause() {
      version += 1;
      const moves = await service.moveAll(ids);
      service.notify(moves);
      return { version, causedAt: moves.committedAt };
    },
  };
}

function watcherOf(company: MadeCompany | undefined, tokens: ReadonlyMap<string, string>): WatcherOf {
  const token = company && tokens.get(company.customer);
  if (!company || token === undefined) throw new Error('A company or its customer is missing.');
  return { companyId: company.id, token };
}
