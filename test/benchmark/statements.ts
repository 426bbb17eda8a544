import { setTimeout as pause } from 'node:timers/promises';
import { tokenOf } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';
import { execute } from './execute.ts';
import type { Column, Line } from './lines.ts';
import { companyFields } from './references/company-record.ts';
import { rowsOf } from './rounds.ts';
import type { Server } from './server.ts';
import type { Service } from './service.ts';
import { openWatchers } from './watchers.ts';

const columns = [{ key: 'statements', title: 'statements', isCompared: false }] as const satisfies readonly Column[];

/** How often each operation runs. */
const times = 20;
const pageSize = 20;
const watchersOfOne = 20;

/** What the API sends to PostgreSQL for one operation, counted in PostgreSQL’s log. */
export const statements: Line = {
  key: 'statements',
  async measure({ service }) {
    const options = encodeURIComponent('-c log_statement=all');
    const api = await service.startApi({ DATABASE_URL: `${service.cluster.postgres.url}?options=${options}` });
    await using opened = new AsyncDisposableStack();
    opened.defer(async () => void (await api.program.end('SIGKILL')));
    const counts = new Map<string, { statements: number }[]>();
    for (const [name, operation] of await operationsOn(service, api, opened))
      counts.set(name, [{ statements: await countStatements(service, operation) }]);
    return { title: 'Statements of PostgreSQL for one operation', columns, rows: rowsOf(counts) };
  },
};

type Operation = () => Promise<unknown>;

async function operationsOn(
  service: Service,
  api: Server,
  opened: AsyncDisposableStack,
): Promise<readonly (readonly [string, Operation])[]> {
  const customer = 'counted';
  const token = await tokenOf(customer, 'customer');
  const made = await service.makeCompanies(pageSize, () => customer);
  const ids = made.map(({ id }) => id);
  const [watched = ids[0]] = ids;
  if (watched === undefined) throw new Error('No company was made.');

  let created = 0;
  const create = (): Promise<unknown> => {
    created += 1;
    return service.create(api, customer, requestFor(`counted-${created}.localhost`));
  };
  const company = `query ($id: ID!) { company(id: $id) { ${companyFields.join(' ')} } }`;
  const histories = `{ companies(first: ${pageSize}) { edges { node { id history(first: 5) { edges { node { message } } } } } } }`;

  const audience = Array.from({ length: watchersOfOne }, () => ({ companyId: watched, token }));
  const watchers = await openWatchers('sse', api.port, audience);
  opened.defer(() => watchers.close());
  let version = 1;
  await watchers.arrivals(version);
  const move = async (): Promise<void> => {
    version += 1;
    service.notify(await service.moveAll([watched]));
    await watchers.arrivals(version);
  };
  return [
    ['createCompany', create],
    ['company', () => execute(api, token, company, { id: watched })],
    [`companies with history, ${pageSize} of them`, () => execute(api, token, histories)],
    [`an event to ${watchersOfOne} watchers of its company`, move],
  ];
}

/** Leaves out what the API does by itself meanwhile: those statements come less often than the operation. */
async function countStatements({ cluster: { postgres } }: Service, operation: Operation): Promise<number> {
  await operation();
  await pause(logDelay);
  const before = postgres.log.length;
  for (let time = 0; time < times; time += 1) await operation();
  await pause(logDelay);
  const logged = postgres.log.slice(before).flatMap((line) => statementIn.exec(line)?.[1] ?? []);
  const often = [...Map.groupBy(logged, (text) => text).values()].filter((same) => same.length >= times / 2);
  return often.flat().length / times;
}

/** How long PostgreSQL’s log may take to arrive, in milliseconds. */
const logDelay = 300;
/** `LOG:  execute <unnamed>: select …`, `LOG:  statement: begin`. */
const statementIn = /LOG: {2}(?:statement|execute [^:]+): (.*)$/;
