import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../faults/report.ts';
import { ascending, median } from './figures.ts';
import type { Column, Extent, Line } from './lines.ts';
import { cpuTimeOf, heldMemory } from './process-figures.ts';
import { compare, type Sample } from './rounds.ts';
import { contestants, onceCommitted, type Watched } from './watched.ts';
import type { Transport } from './watcher-messages.ts';
import { openWatchers, type Watchers } from './watchers.ts';

const transportNames: Readonly<Record<Transport, string>> = { sse: 'Server-Sent Events', websocket: 'WebSocket' };

const manyColumns = [
  { key: 'last', title: 'ms until all have it', isCompared: true },
  { key: 'p50', title: 'ms p50', isCompared: false },
  { key: 'p99', title: 'ms p99', isCompared: true },
  { key: 'memory', title: 'kB a watcher', isCompared: false },
  { key: 'connect', title: 'CPU ms to connect one', isCompared: false },
] as const satisfies readonly Column[];

const oneColumns = [
  { key: 'p50', title: 'ms p50', isCompared: true },
  { key: 'p99', title: 'ms p99', isCompared: true },
] as const satisfies readonly Column[];

/** One event to all watchers of one company. */
export const oneCompany = (transport: Transport): Line => ({
  key: transport,
  async measure({ service, extent }) {
    const { watchers } = extent;
    return {
      title: `One event to ${watchers} watchers of one company, ${transportNames[transport]}`,
      columns: manyColumns,
      rows: await compare(
        contestants(service, transport, { watchers, companies: 1 }, (watched) =>
          measureMany(watched, transport, extent),
        ),
        extent.rounds,
      ),
    };
  },
});

/** An event each to the only watcher of each company. */
export const distinctCompanies: Line = {
  key: 'companies',
  async measure({ service, extent }) {
    const { watchers } = extent;
    return {
      title: `One event each to ${watchers} watchers of ${watchers} companies, ${transportNames.sse}`,
      columns: manyColumns,
      rows: await compare(
        contestants(service, 'sse', { watchers, companies: watchers }, (watched) =>
          measureMany(watched, 'sse', extent),
        ),
        extent.rounds,
      ),
    };
  },
};

/** One event after the other to a single watcher. The reference takes the same way as the service, by PostgreSQL and Redis. */
export const oneWatcher = (transport: Transport): Line => ({
  key: `one-${transport}`,
  async measure({ service, extent }) {
    const measure = (watched: Watched) => measureOne(watched, transport, extent);
    const audience = { watchers: 1, companies: 1 };
    return {
      title: `One event to a single watcher, ${transportNames[transport]}`,
      columns: oneColumns,
      rows: await compare(
        [onceCommitted(service, transport, audience, measure), ...contestants(service, transport, audience, measure)],
        extent.rounds,
      ),
    };
  },
});

async function measureMany(
  watched: Watched,
  transport: Transport,
  { events, warmUpEvents }: Extent,
): Promise<Sample<(typeof manyColumns)[number]['key']>> {
  const { program } = watched.server;
  const count = watched.watchers.length;
  const memoryBefore = await heldMemory(program);
  const timeBefore = cpuTimeOf(program.pid);
  const watchers = await connectAll(watched, transport);
  try {
    const connect = (cpuTimeOf(program.pid) - timeBefore) / count;
    await warmUp(watched, watchers, warmUpEvents);
    const delays: Delays[] = [];
    while (delays.length < events) delays.push(await delaysOf(watched, watchers));
    const memory = ((await heldMemory(program)) - memoryBefore) / count;
    return {
      last: median(delays.map(({ last }) => last)),
      p50: median(delays.map(({ p50 }) => p50)),
      p99: median(delays.map(({ p99 }) => p99)),
      memory,
      connect,
    };
  } finally {
    await watchers.close();
  }
}

async function measureOne(
  watched: Watched,
  transport: Transport,
  { singleEvents, warmUpEvents }: Extent,
): Promise<Sample<(typeof oneColumns)[number]['key']>> {
  const watchers = await connectAll(watched, transport);
  try {
    await warmUp(watched, watchers, warmUpEvents * 10);
    const delays: number[] = [];
    while (delays.length < singleEvents) delays.push((await delaysOf(watched, watchers)).last);
    const sorted = ascending(delays);
    return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
  } finally {
    await watchers.close();
  }
}

/** Resolves once all watchers are connected and have what there is to get. */
async function connectAll({ server, watchers, present }: Watched, transport: Transport): Promise<Watchers> {
  const connected = await openWatchers(transport, server.port, watchers);
  if (present !== undefined) requireAll(await connected.arrivals(present));
  // A server may have accepted the last of them without having subscribed yet.
  await pause(200);
  return connected;
}

async function warmUp(watched: Watched, watchers: Watchers, events: number): Promise<void> {
  for (let event = 0; event < events; event += 1) await delaysOf(watched, watchers);
}

/** How long an event took, in milliseconds: to half of the watchers, to 99 % of them and to the last one. */
interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
}

async function delaysOf(watched: Watched, watchers: Watchers): Promise<Delays> {
  const { version, causedAt } = await watched.cause();
  const { p50, p99, last } = requireAll(await watchers.arrivals(version));
  return { p50: p50 - causedAt, p99: p99 - causedAt, last: last - causedAt };
}

function requireAll<Arrived extends { readonly version: number; readonly missing: number }>(arrived: Arrived): Arrived {
  const { version, missing } = arrived;
  if (missing > 0) throw new Error(`${missing} watchers did not get version ${version}.`);
  return arrived;
}
