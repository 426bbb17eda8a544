import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCuttingProxy } from '../support/cutting-proxy.ts';
import { openMovingName } from '../support/moving-name.ts';
import { openCluster as openServers, until } from '../support/processes.ts';
import { portOf, tellRedis } from '../support/tell-redis.ts';
import { type Deployment, type DeploymentOptions, nodesOf, openDeployment, type Surroundings } from './deployment.ts';
import { openMailHistory } from './mail-history.ts';
import type { Incarnation } from './node.ts';
import { type OneAtATime, oneAtATime } from './one-at-a-time.ts';
import { openOutages } from './outages.ts';
import { openSiteHistory, type SiteHistory } from './site-history.ts';

/** Our deployment, its servers and the histories, which all schedules share. */
export interface Cluster extends Deployment, Surroundings {
  readonly sites: SiteHistory;
  /** What handles a server itself is done one after the other. */
  readonly alone: {
    readonly postgres: OneAtATime;
    readonly redis: OneAtATime;
    readonly smtp: OneAtATime;
    readonly portal: OneAtATime;
  };
  /** What the programs may have left something in. */
  readonly folder: string;
  /** Starts another deployment on the same servers and sites. Its name is its database's, and the prefix of its nodes' names. */
  openBeside(): Promise<{ readonly name: string; readonly deployment: Deployment }>;
  /** All incarnations so far at all nodes of all deployments. */
  incarnations(): readonly Incarnation[];
  /** A command to Redis over a connection of its own. */
  redis(command: string): Promise<string>;
  /** What programs must not have done, and the stack traces on their standard error, since the last call. */
  complaints(): readonly string[];
  /** Resolves once every program says that it is ready. */
  allReady(within: number): Promise<void>;
  close(): Promise<void>;
}

/** How many connections to PostgreSQL a program may have (src/database/open-database.ts). */
export const poolSize = 10;

/** Reads what an incarnation has written to standard error since the last call, if that is a stack trace. */
function traceReader(): (incarnation: Incarnation) => readonly string[] {
  const read = new WeakMap<Incarnation, number>();
  return (incarnation) => {
    const { complaints } = incarnation.program;
    const news = complaints.slice(read.get(incarnation));
    read.set(incarnation, complaints.length);
    return /^\s+at /m.test(news) || /unhandled|uncaught/i.test(news) ? [`${incarnation.name} wrote ${news}`] : [];
  };
}

export async function openCluster(): Promise<Cluster> {
  const servers = await openServers();
  const folder = servers.env['DATA_DIR'] ?? '';
  // Apart from the programs' folder, which is searched for passwords: mails contain them, and reading and closing a file
  // of SQLite drops the locks that this process has on it (sqlite.org/howtocorrupt.html, § 2.2).
  const histories = await mkdtemp(join(tmpdir(), 'test-histories-'));
  const history = join(histories, 'sites.sqlite');
  const smtp = await openMailHistory(join(histories, 'mails.jsonl'));
  const sites = openSiteHistory(history);
  const proxy = await openCuttingProxy(servers.postgres.port);
  const redisName = await openMovingName(Number(portOf(servers.redis)));
  const outages = openOutages();
  const newTraces = traceReader();
  let complaints: string[] = [];
  const complain = (complaint: string): void => void complaints.push(complaint);

  const shared: Surroundings = { servers, proxy, redisName, smtp, outages };
  const open = (more: Pick<DeploymentOptions, 'database' | 'prefix' | 'apis' | 'workers'>): Promise<Deployment> =>
    openDeployment(shared, { history, complain, ...more });
  const ours = await open({ database: 'postgres', prefix: '', apis: 2, workers: 3 });
  const all = [ours];
  let openedBeside = 0;
  const incarnations = (): readonly Incarnation[] => all.flatMap(nodesOf).flatMap((node) => node.incarnations);
  const alone = { postgres: oneAtATime(), redis: oneAtATime(), smtp: oneAtATime(), portal: oneAtATime() };

  return {
    ...ours,
    ...shared,
    sites,
    incarnations,
    alone,
    folder,
    async openBeside() {
      openedBeside += 1;
      const name = `beside${openedBeside}`;
      await alone.postgres(() => servers.query(`create database ${name}`));
      const deployment = await open({ database: name, prefix: `${name}-`, apis: 1, workers: 1 });
      all.push(deployment);
      return { name, deployment };
    },
    redis: (command) => tellRedis(servers.redis, command).then(([answer = '']) => answer),
    complaints() {
      const news = [...complaints, ...incarnations().flatMap(newTraces)];
      complaints = [];
      return news;
    },
    async allReady(within) {
      for (const { name, url } of nodesOf(ours))
        await until(`${name} is ready`, async () => (await fetch(`${url}/readyz`)).ok, within);
    },
    async close() {
      for (const node of all.flatMap(nodesOf)) node.close();
      sites.close();
      await Promise.all([smtp.close(), proxy.close(), redisName.close()]);
      await servers.close();
      await rm(histories, { recursive: true, force: true });
    },
  };
}
