import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../private-servers.ts';
import { type Cluster, type Env, openCluster, type Program, until } from '../servers/processes.ts';
import { type CuttingProxy, openCuttingProxy } from './cutting-proxy.ts';
import { type OneAtATime, oneAtATime } from './one-at-a-time.ts';
import { type Outages, openOutages } from './outages.ts';
import { type Life, openPlace, type Place } from './place.ts';
import { openSiteLedger, type SiteLedger } from './site-ledger.ts';
import { openSmtpLedger, type SmtpLedger } from './smtp-ledger.ts';

/** Everything that a run has: servers, programs and ledgers, which all its schedules share. */
export interface World {
  readonly cluster: Cluster;
  readonly proxy: CuttingProxy;
  readonly smtp: SmtpLedger;
  readonly sites: SiteLedger;
  readonly apis: readonly Place[];
  readonly workers: readonly Place[];
  /** Where the APIs answer. */
  readonly urls: readonly string[];
  readonly outages: Outages;
  /** What handles a server itself is done one after the other. */
  readonly alone: { readonly postgres: OneAtATime; readonly redis: OneAtATime; readonly smtp: OneAtATime };
  /** What the programs may have left something in. */
  readonly folder: string;
  /** Words to Redis over a connection of their own. */
  redis(...words: [string, ...string[]]): Promise<unknown>;
  /** What programs did that they must not, and the traces that they wrote to standard error, since it was last asked for. */
  complaints(): readonly string[];
  /** Resolves once every program says that it is ready. */
  allReady(within: number): Promise<void>;
  close(): Promise<void>;
}

const apiCount = 2;
const workerCount = 3;
/** Few enough for companies to wait in a rush. */
const workerConcurrency = 2;
/** How many connections to PostgreSQL a program may have (src/database/open-database.ts). */
export const poolSize = 10;

/** Tells of what a life has written to standard error since it was last read, if that is a trace. */
function traceReader(): (life: Life) => readonly string[] {
  const read = new WeakMap<Life, number>();
  return (life) => {
    const { complaints } = life.program;
    const news = complaints.slice(read.get(life));
    read.set(life, complaints.length);
    return /^\s+at /m.test(news) || /unhandled|uncaught/i.test(news) ? [`${life.name} wrote ${news}`] : [];
  };
}

export async function openWorld(): Promise<World> {
  const cluster = await openCluster();
  const folder = cluster.env['DATA_DIR'] ?? '';
  // Apart from the programs' folder, in which no password may be: mails have them.
  const mailFolder = await mkdtemp(join(tmpdir(), 'test-mails-'));
  const ledger = join(folder, 'sites.sqlite');
  const smtp = await openSmtpLedger(join(mailFolder, 'mails.jsonl'));
  const sites = openSiteLedger(ledger);
  const proxy = await openCuttingProxy(Number(new URL(cluster.postgres.url).port));
  const outages = openOutages();
  const newTraces = traceReader();
  let complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);

  const throughProxy = new URL(cluster.postgres.url);
  throughProxy.port = `${proxy.port}`;
  const env = { DATABASE_URL: throughProxy.href, LEDGER: ledger, WORKER_CONCURRENCY: `${workerConcurrency}` };
  const openPlaces = (kind: string, count: number, start: (life: string, port: string, more: Env) => Program) =>
    Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const port = await freePort();
        const startAt = (life: string, more: Env) => start(life, `${port}`, more);
        return openPlace(`${kind}-${index + 1}`, port, startAt, outages, complain);
      }),
    );
  const apis = await openPlaces('api', apiCount, (_life, PORT, more) =>
    cluster.start('src/api.ts', { ...env, PORT, ...more }),
  );
  const workers = await openPlaces('worker', workerCount, (life, WORKER_PORT, more) =>
    // A worker greets the mail server by the name of its life.
    cluster.start('test/faults/worker.ts', { ...env, WORKER_PORT, SMTP_URL: `${smtp.url}?name=${life}`, ...more }),
  );

  return {
    cluster,
    proxy,
    smtp,
    sites,
    apis,
    workers,
    urls: apis.map(({ url }) => `${url}/graphql`),
    outages,
    alone: { postgres: oneAtATime(), redis: oneAtATime(), smtp: oneAtATime() },
    folder,
    async redis(...words) {
      const connection = new Redis(cluster.redis.url, { retryStrategy: () => null });
      connection.on('error', () => {
        // The call tells it.
      });
      try {
        return await connection.call(...words);
      } finally {
        connection.disconnect();
      }
    },
    complaints() {
      const lives = [...apis, ...workers].flatMap((place) => place.lives);
      const news = [...complaints, ...lives.flatMap(newTraces)];
      complaints = [];
      return news;
    },
    async allReady(within) {
      for (const { name, url } of [...apis, ...workers])
        await until(`${name} is ready`, async () => (await fetch(`${url}/readyz`)).ok, within);
    },
    async close() {
      for (const place of [...apis, ...workers]) place.close();
      sites.close();
      await Promise.all([smtp.close(), proxy.close()]);
      await cluster.close();
      await rm(mailFolder, { recursive: true, force: true });
    },
  };
}
