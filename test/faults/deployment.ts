import type { CuttingProxy } from '../support/cutting-proxy.ts';
import type { MovingName } from '../support/moving-name.ts';
import { freePort } from '../support/private-servers.ts';
import { type Env, type Program, queryAt, type Cluster as Servers } from '../support/processes.ts';
import type { MailHistory } from './mail-history.ts';
import { type Node, openNode } from './node.ts';
import type { Outages } from './outages.ts';

/** A database and the programs that share it. */
export interface Deployment {
  readonly apis: readonly Node[];
  readonly workers: readonly Node[];
  /** Where the APIs answer. */
  readonly urls: readonly string[];
  /** Queries its database on its present server, without the proxies in between. */
  query<Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]>;
}

/** What all deployments share. */
export interface Surroundings {
  readonly servers: Servers;
  /** Where the programs find PostgreSQL. */
  readonly proxy: CuttingProxy;
  /** Where the programs find Redis. */
  readonly redisName: MovingName;
  readonly smtp: MailHistory;
  readonly outages: Outages;
}

export interface DeploymentOptions {
  /** The name of its database on the PostgreSQL server, which has it already. */
  readonly database: string;
  /** Its programs' nodes are called `<prefix>api-1` and so on. */
  readonly prefix: string;
  readonly apis: number;
  readonly workers: number;
  /** The file of the sites and their history. */
  readonly history: string;
  readonly complain: (complaint: string) => void;
}

/** How many companies a worker makes at once: few enough for some to wait in a rush. */
const workerConcurrency = 2;

/** Starts its programs. */
export async function openDeployment(
  { servers, proxy, redisName, smtp, outages }: Surroundings,
  { database, prefix, history, complain, ...counts }: DeploymentOptions,
): Promise<Deployment> {
  const env = {
    DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${database}`,
    REDIS_URL: `redis://127.0.0.1:${redisName.port}`,
    SITE_HISTORY: history,
    WORKER_CONCURRENCY: `${workerConcurrency}`,
  };
  const openNodes = (kind: string, count: number, start: (incarnation: string, port: string, more: Env) => Program) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const port = await freePort();
        const startAt = (incarnation: string, more: Env) => start(incarnation, `${port}`, more);
        return openNode(`${prefix}${kind}-${index + 1}`, port, startAt, outages, complain);
      }),
    );
  const apis = await openNodes('api', counts.apis, (_incarnation, PORT, more) =>
    servers.start('src/api.ts', { ...env, PORT, ...more }),
  );
  const workers = await openNodes('worker', counts.workers, (incarnation, WORKER_PORT, more) =>
    // A worker greets the mail server by the name of its incarnation.
    servers.start('test/faults/worker.ts', {
      ...env,
      WORKER_PORT,
      SMTP_URL: `${smtp.url}?name=${incarnation}`,
      ...more,
    }),
  );
  return {
    apis,
    workers,
    urls: apis.map(({ url }) => `${url}/graphql`),
    query: (sql, ...values) =>
      queryAt(`postgresql://postgres@127.0.0.1:${servers.postgres.port}/${database}`, sql, ...values),
  };
}

export const nodesOf = ({ apis, workers }: Deployment): readonly Node[] => [...apis, ...workers];
