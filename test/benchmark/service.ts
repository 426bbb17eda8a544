import { sql } from 'kysely';
import { pino } from 'pino';
import type { CreateCompanyInput } from '../../src/client/operations.ts';
import { appendEvent } from '../../src/company/append-event.ts';
import type { CompanyId } from '../../src/company/company-id.ts';
import type { CompanyEventRow } from '../../src/company/find-companies.ts';
import { type Notifier, openNotifier } from '../../src/company/notifier.ts';
import type { Db } from '../../src/company/tables.ts';
import { openDeployment } from '../../src/database/deployment.ts';
import { openPostgres } from '../../src/database/open-database.ts';
import { openCompanyChannel } from '../../src/live/company-channel.ts';
import { openRedisServer, type Redis } from '../../src/redis/redis-server.ts';
import { readRedisUrl } from '../../src/redis/redis-settings.ts';
import { openStandInBench } from '../bench/stand-in-bench.ts';
import { addressOf, type Cluster, type Env, openCluster, tokenOf } from '../support/processes.ts';
import { collectsOnSignal, productionSettings } from '../support/production.ts';
import { tellRedis } from '../support/tell-redis.ts';
import { now } from './clock.ts';
import { pinToServerCore } from './cores.ts';
import { execute } from './execute.ts';
import type { Server } from './server.ts';

/** A company under way, which only the benchmark moves. */
export interface MadeCompany {
  readonly id: CompanyId;
  /** The subject of its customer. */
  readonly customer: string;
}

export interface Moves {
  readonly companies: readonly Parameters<Notifier['moved']>[0][];
  /** The time just before the commit. */
  readonly committedAt: number;
}

/** The service in production configuration on servers of its own; its processes are started one by one. */
export interface Service {
  readonly cluster: Cluster;
  readonly db: Db;
  /** The configuration of its processes. */
  readonly env: Env;
  /** Resolves once it listens. */
  startApi(env?: Env): Promise<Server>;
  /** Companies with one event each, `customerOf` naming the customer of each. */
  makeCompanies(count: number, customerOf: (index: number) => string): Promise<MadeCompany[]>;
  /** Creates a company by the mutation, and resolves to its id. */
  create(api: Server, customer: string, input: CreateCompanyInput): Promise<string>;
  /** Appends an event to each of these companies as a worker does, all in one transaction. */
  moveAll(ids: readonly CompanyId[]): Promise<Moves>;
  /** What workers have: it is to be called after a commit. */
  readonly notifier: Notifier;
  /** Notifies of many moves at once. */
  notify(moves: Moves): void;
  /** A connection of the benchmark's own. */
  readonly redis: Redis;
  /** Removes all companies and their jobs, so that no line works on what another one has left. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Limits that no measurement reaches. */
const unlimited = Object.fromEntries(
  ['COMPANIES_PER_DAY', 'COMPANIES_WAITING', 'REQUESTS_PER_MINUTE', 'STREAMS'].map((limit) => [
    `CUSTOMER_${limit}`,
    '1000000',
  ]),
);

export async function openService(): Promise<Service> {
  await using opened = new AsyncDisposableStack();
  const cluster = await openCluster();
  opened.defer(() => cluster.close());
  const bench = await openStandInBench({ after: (close) => opened.defer(async () => void (await close())) });
  const env = {
    ...cluster.env,
    ...productionSettings,
    ...unlimited,
    BENCH_PATH: bench.path,
    BENCH_WEB_URL: bench.config.webUrl ?? '',
  };
  const database = openPostgres(cluster.postgres.url);
  opened.defer(() => database.close());
  await database.migrate();
  const { db, em } = database;
  const { id } = await openDeployment(em, { moved: false });
  const log = pino({ level: 'silent' });
  const redis = openRedisServer(readRedisUrl(cluster.redis.url), id, log);
  const connection = redis.connect();
  opened.defer(async () => connection.disconnect());
  const publisher = redis.connect({ waits: false });
  const channel = openCompanyChannel(
    { ...redis, connect: ({ waits } = {}) => (waits === false ? publisher : redis.connect()) },
    log,
  );
  opened.defer(() => channel.close());
  const notifier = openNotifier({ watchers: channel.announce, workers() {}, mailers() {}, readers() {} });
  const all = opened.move();
  return {
    cluster,
    db,
    env,
    async startApi(more) {
      const program = await cluster.startApi({ ...env, ...collectsOnSignal, ...more });
      pinToServerCore(program.pid);
      return { program, port: program.port };
    },
    makeCompanies: (count, customerOf) =>
      makeCompanies(
        db,
        Array.from({ length: count }, (_, at) => customerOf(at)),
      ),
    async create(api, customer, input) {
      const data = await execute(api, await tokenOf(customer, 'customer'), creation, { input });
      const { company } = data['createCompany'] as { company?: { id: string } };
      if (!company) throw new Error(`Not created: ${JSON.stringify(data)}`);
      return company.id;
    },
    moveAll: (ids) =>
      db.transaction().execute(async (transaction) => ({
        companies: await appendToAll(transaction, ids),
        committedAt: now(),
      })),
    notifier,
    notify({ companies }) {
      // In one write: each by itself would take longer than the service takes for all watchers, and workers share that.
      publisher.stream.cork();
      companies.forEach(notifier.moved);
      publisher.stream.uncork();
    },
    redis: connection,
    async clear() {
      await sql`truncate company, company_event, log_line, outbox_mail, audit_entry, worker cascade`.execute(db);
      await tellRedis(cluster.redis, 'FLUSHALL');
    },
    close: () => all.disposeAsync(),
  };
}

/** What the benchmark creates companies by. */
export const creation = `mutation ($input: CreateCompanyInput!) {
  createCompany(input: $input) { __typename ... on CreateCompanySuccess { company { id status version } } }
}`;

const step = { name: 'one', title: 'Making one', completed: 'One made' };

/** moveCompany’s statement for many companies at once. */
async function appendToAll(db: Db, ids: readonly CompanyId[]): Promise<Moves['companies']> {
  const moved = await db
    .with('moved', (query) =>
      query
        .updateTable('company')
        .set({ version: sql`version + 1`, progress: sql`(version + 1) % 100` })
        .where('id', '=', sql<CompanyId>`any(${ids})`)
        .returningAll(),
    )
    .with('logged', () => appendEvent({ kind: 'STEP_PROGRESSED', step }, 'moved'))
    .selectFrom('moved')
    .innerJoin('logged', 'logged.company_id', 'moved.id')
    .select(['moved.id', 'moved.status', sql<CompanyEventRow>`to_jsonb(logged)`.as('event')])
    .execute();
  return moved.map(({ event, ...company }) => ({
    ...company,
    // JSON has it as text.
    event: { ...event, occurred_at: new Date(event.occurred_at) },
  }));
}

/** A worker that does not exist owns them for a day. */
async function makeCompanies(db: Db, customers: readonly string[]): Promise<MadeCompany[]> {
  const { rows } = await sql<MadeCompany>`
    with made as (
      insert into company (
        company_name, company_abbr, admin_email, default_currency, country, site_name, apps, status, site_status, attempt,
        created_by, customer_email, queued_at, served_at, provisioning_started_at, deadline_at, leased_by, leased_since, leased_until
      )
      select
        'Acme Corporation', 'ACME', 'admin@acme.example', 'USD', 'United States', gen_random_uuid() || '.localhost', '{erpnext}',
        'PROVISIONING', 'CREATING', 1, customer, email, now(), now(), now(), now() + interval '1 day', 'nobody', now(),
        now() + interval '1 day'
      from unnest(${customers}::text[], ${customers.map(addressOf)}::text[]) with ordinality as given (customer, email, number)
      order by number
      returning *
    ), logged as ${appendEvent({ kind: 'CLAIMED' }, 'made')}
    select id, created_by as customer from made order by position`.execute(db);
  return rows;
}
