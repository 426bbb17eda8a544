import type { CuttingProxy } from '../support/cutting-proxy.ts';
import type { MovingName } from '../support/moving-name.ts';
import { freePort } from '../support/private-servers.ts';
import { type Cluster, type Env, type Program, queryAt } from '../support/processes.ts';
import type { Outages } from './outages.ts';
import { openPlace, type Place } from './place.ts';
import type { SmtpLedger } from './smtp-ledger.ts';

/** A database and the programs that share it. */
export interface Deployment {
  readonly apis: readonly Place[];
  readonly workers: readonly Place[];
  /** Where the APIs answer. */
  readonly urls: readonly string[];
  /** Asks its database, on whichever server it is now, past everything that stands in between. */
  query<Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]>;
}

/** What all deployments share. */
export interface Surroundings {
  readonly cluster: Cluster;
  /** Where the programs find PostgreSQL. */
  readonly proxy: CuttingProxy;
  /** Where the programs find Redis. */
  readonly redisName: MovingName;
  readonly smtp: SmtpLedger;
  readonly outages: Outages;
}

export interface DeploymentOptions {
  /** The name of its database on the cluster's server, which has it already. */
  readonly database: string;
  /** Its programs' places are called `<prefix>api-1` and so on. */
  readonly prefix: string;
  readonly apis: number;
  readonly workers: number;
  /** The file of the sites and their ledger. */
  readonly ledger: string;
  readonly complain: (complaint: string) => void;
}

/** How many companies a worker makes at once: few enough for some to wait in a rush. */
const workerConcurrency = 2;

/** Starts its programs. */
export async function openDeployment(
  { cluster, proxy, redisName, smtp, outages }: Surroundings,
  { database, prefix, ledger, complain, ...counts }: DeploymentOptions,
): Promise<Deployment> {
  const env = {
    DATABASE_URL: `postgresql://postgres@127.0.0.1:${proxy.port}/${database}`,
    REDIS_URL: `redis://127.0.0.1:${redisName.port}`,
    LEDGER: ledger,
    WORKER_CONCURRENCY: `${workerConcurrency}`,
  };
  const openPlaces = (kind: string, count: number, start: (life: string, port: string, more: Env) => Program) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const port = await freePort();
        const startAt = (life: string, more: Env) => start(life, `${port}`, more);
        return openPlace(`${prefix}${kind}-${index + 1}`, port, startAt, outages, complain);
      }),
    );
  const apis = await openPlaces('api', counts.apis, (_life, PORT, more) =>
    cluster.start('src/api.ts', { ...env, PORT, ...more }),
  );
  const workers = await openPlaces('worker', counts.workers, (life, WORKER_PORT, more) =>
    // A worker greets the mail server by the name of its life.
    cluster.start('test/faults/worker.ts', { ...env, WORKER_PORT, SMTP_URL: `${smtp.url}?name=${life}`, ...more }),
  );
  return {
    apis,
    workers,
    urls: apis.map(({ url }) => `${url}/graphql`),
    query: (sql, ...values) =>
      queryAt(`postgresql://postgres@127.0.0.1:${cluster.postgres.port}/${database}`, sql, ...values),
  };
}

export const placesOf = ({ apis, workers }: Deployment): readonly Place[] => [...apis, ...workers];
