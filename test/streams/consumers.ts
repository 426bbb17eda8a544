import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { tokenOf } from '../support/processes.ts';

/** One that takes every event of all companies, in one of the ways that there are. */
export interface Consumer {
  readonly way: string;
  /** The events that were taken, each `<company> <version>`. */
  readonly taken: readonly string[];
  /** How often a request failed, or a connection was lost. */
  readonly lost: number;
  /** Whether it gets the events in the order of the log, or in that of each company. */
  readonly order: 'log' | 'company';
  end(): Promise<void>;
}

/** Takes every event of all companies from the event log, however often the connection is lost; calls `took` with each. */
type Consume = (consuming: Consuming) => Promise<void>;

interface Consuming {
  readonly port: number;
  readonly token: string;
  readonly took: (event: string) => void;
  /** Called whenever a request failed or a connection was lost. */
  readonly lost: () => void;
  /** Aborts once no more is to be taken. */
  readonly over: AbortSignal;
}

interface Edge {
  readonly cursor: string;
  readonly node: { readonly version: number; readonly company: { readonly id: string } };
}

const edge = 'cursor node { version company { id } }';
/** Before a request is repeated, in milliseconds. */
const pauseBetween = 200;

/** By asking for what has happened since, page by page. */
const byPages: Consume = async ({ port, token, took, lost, over }) => {
  const query = `query ($after: String) { events(after: $after, first: 100) { edges { ${edge} } } }`;
  for (let after: string | null = null; !over.aborted; ) {
    const page: readonly Edge[] | undefined = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { after } }),
    })
      .then((response) => response.json())
      .then(({ data }) => data?.events.edges)
      .catch(() => undefined);
    if (!page) lost();
    for (const { cursor, node } of page ?? []) {
      took(nameOf(node));
      after = cursor;
    }
    if (!page?.length) await pause(pauseBetween);
  }
};

/** By the subscription, which continues at the last cursor. */
const byStream: Consume = async ({ port, token, took, lost, over }) => {
  const query = `subscription ($after: String) { companiesStatusChanged(after: $after) { ${edge} } }`;
  const client = createClient({
    url: `http://127.0.0.1:${port}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  over.addEventListener('abort', () => client.dispose());
  for (let after = '0'; !over.aborted; await pause(pauseBetween)) {
    try {
      const results = client.iterate<{ companiesStatusChanged: Edge }>({ query, variables: { after } });
      for await (const { data } of results) {
        if (!data) break;
        took(nameOf(data.companiesStatusChanged.node));
        after = data.companiesStatusChanged.cursor;
      }
    } catch {
      // The connection was lost.
    }
    lost();
  }
};

const nameOf = ({ company, version }: Edge['node']): string => `${company.id} ${version}`;

const consumers: Readonly<Record<string, Consume>> = { events: byPages, companiesStatusChanged: byStream };

/** The ways that need a connection to the API. */
export const ways: readonly string[] = Object.keys(consumers);

export async function consume(port: number, way: string): Promise<Consumer> {
  const over = new AbortController();
  const consumer = { way, taken: [] as string[], lost: 0, order: 'log' as const, end: async () => over.abort() };
  consumers[way]?.({
    port,
    token: await tokenOf('dashboard', 'operator'),
    took: (event) => consumer.taken.push(event),
    lost() {
      consumer.lost += 1;
    },
    over: over.signal,
  }).catch((error) => process.stdout.write(`${error}\n`));
  return consumer;
}

/** Whether it has taken each of all events, which are in the order of the log, once and in order. */
export const hasEvery = ({ taken, order }: Consumer, all: readonly string[]): boolean =>
  order === 'log' ? `${taken}` === `${all}` : `${byCompany(taken)}` === `${byCompany(all)}`;

/** A stable sort: the events of each company stay in their order. */
const byCompany = (events: readonly string[]): readonly string[] =>
  events.toSorted((one, other) => (companyOf(one) < companyOf(other) ? -1 : Number(companyOf(one) > companyOf(other))));
const companyOf = (event: string): string => event.split(' ')[0] ?? '';
