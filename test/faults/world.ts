import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCuttingProxy } from '../support/cutting-proxy.ts';
import { openMovingName } from '../support/moving-name.ts';
import { openCluster, until } from '../support/processes.ts';
import { portOf, tellRedis } from '../support/tell-redis.ts';
import { type Deployment, type DeploymentOptions, openDeployment, placesOf, type Surroundings } from './deployment.ts';
import { type OneAtATime, oneAtATime } from './one-at-a-time.ts';
import { openOutages } from './outages.ts';
import type { Life } from './place.ts';
import { openSiteLedger, type SiteLedger } from './site-ledger.ts';
import { openSmtpLedger } from './smtp-ledger.ts';

/** Everything that a run has: our deployment, and servers and ledgers, which all its schedules share. */
export interface World extends Deployment, Surroundings {
  readonly sites: SiteLedger;
  /** What handles a server itself is done one after the other. */
  readonly alone: { readonly postgres: OneAtATime; readonly redis: OneAtATime; readonly smtp: OneAtATime };
  /** What the programs may have left something in. */
  readonly folder: string;
  /** Starts another deployment on the same servers and sites. Its name is its database's, and begins its places' names. */
  openBeside(): Promise<{ readonly name: string; readonly deployment: Deployment }>;
  /** All lives so far at all places of all deployments. */
  lives(): readonly Life[];
  /** A command to Redis over a connection of its own. */
  redis(command: string): Promise<string>;
  /** What programs did that they must not, and the traces that they wrote to standard error, since it was last asked for. */
  complaints(): readonly string[];
  /** Resolves once every program says that it is ready. */
  allReady(within: number): Promise<void>;
  close(): Promise<void>;
}

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
  // Apart from the programs' folder, which is searched for passwords: mails have them, and whoever reads and closes a file
  // of SQLite loses the locks that this process has on it (sqlite.org/howtocorrupt.html, § 2.2).
  const ledgers = await mkdtemp(join(tmpdir(), 'test-ledgers-'));
  const ledger = join(ledgers, 'sites.sqlite');
  const smtp = await openSmtpLedger(join(ledgers, 'mails.jsonl'));
  const sites = openSiteLedger(ledger);
  const proxy = await openCuttingProxy(cluster.postgres.port);
  const redisName = await openMovingName(Number(portOf(cluster.redis)));
  const outages = openOutages();
  const newTraces = traceReader();
  let complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);

  const shared: Surroundings = { cluster, proxy, redisName, smtp, outages };
  const open = (more: Pick<DeploymentOptions, 'database' | 'prefix' | 'apis' | 'workers'>): Promise<Deployment> =>
    openDeployment(shared, { ledger, complain, ...more });
  const ours = await open({ database: 'postgres', prefix: '', apis: 2, workers: 3 });
  const all = [ours];
  let openedBeside = 0;
  const lives = (): readonly Life[] => all.flatMap(placesOf).flatMap((place) => place.lives);
  const alone = { postgres: oneAtATime(), redis: oneAtATime(), smtp: oneAtATime() };

  return {
    ...ours,
    ...shared,
    sites,
    lives,
    alone,
    folder,
    async openBeside() {
      openedBeside += 1;
      const name = `beside${openedBeside}`;
      await alone.postgres(() => cluster.query(`create database ${name}`));
      const deployment = await open({ database: name, prefix: `${name}-`, apis: 1, workers: 1 });
      all.push(deployment);
      return { name, deployment };
    },
    redis: (command) => tellRedis(cluster.redis, command).then(([answer = '']) => answer),
    complaints() {
      const news = [...complaints, ...lives().flatMap(newTraces)];
      complaints = [];
      return news;
    },
    async allReady(within) {
      for (const { name, url } of placesOf(ours))
        await until(`${name} is ready`, async () => (await fetch(`${url}/readyz`)).ok, within);
    },
    async close() {
      for (const place of all.flatMap(placesOf)) place.close();
      sites.close();
      await Promise.all([smtp.close(), proxy.close(), redisName.close()]);
      await cluster.close();
      await rm(ledgers, { recursive: true, force: true });
    },
  };
}
