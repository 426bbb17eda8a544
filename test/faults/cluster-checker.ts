import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/processes.ts';
import { type Cluster, poolSize } from './cluster.ts';
import { canary } from './customer-client.ts';
import { nodesOf } from './deployment.ts';
import { secretsLeft } from './secret-checker.ts';

/** How soon after a run connections and processes are as many as before, in milliseconds. */
const settledWithin = 30_000;
/** A statement or a transaction that is older than this hangs. */
const longestStatement = '5 seconds';

/** How many clients Redis has once no more come. */
export async function settledRedisClients(cluster: Cluster): Promise<number> {
  for (let before = 0; ; ) {
    const now = await redisClients(cluster);
    if (now === before) return now;
    before = now;
    await pause(pauseBetweenCounts);
  }
}

const pauseBetweenCounts = 2_000;

/** The one that asks is one of them. */
async function redisClients(cluster: Cluster): Promise<number> {
  return String(await cluster.redis('CLIENT LIST'))
    .trim()
    .split('\n').length;
}

/** Programs, pools and connections are as before, no program crashed, and no password is where it must not be. */
export async function checkCluster(
  cluster: Cluster,
  base: { redisClients: number },
  complain: (complaint: string) => void,
) {
  for (const complaint of cluster.complaints()) complain(complaint);
  const check = async (what: string, holds: () => Promise<boolean>): Promise<void> =>
    until(what, holds, settledWithin).catch((error) =>
      complain(`${error.message} (${error.cause ?? 'it does not hold'})`),
    );

  await check(
    `Redis has no more than ${base.redisClients} clients`,
    async () => (await redisClients(cluster)) <= base.redisClients,
  );
  await check('nothing hangs in PostgreSQL, and no pool is too large', async () => {
    const sessions = await cluster.servers.query<{ hangs: boolean }>(
      `select state <> 'idle' and now() - coalesce(xact_start, query_start) > $1::interval as hangs
       from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      longestStatement,
    );
    return sessions.every(({ hangs }) => !hangs) && sessions.length <= nodesOf(cluster).length * poolSize;
  });
  await check('no program has left a process behind', async () => {
    const expected = nodesOf(cluster).map(({ incarnation }) => incarnation.program.pid);
    return `${processesIn(cluster.folder).sort()}` === `${expected.sort()}`;
  });
  for (const sighting of await secretsLeft({
    databaseUrl: cluster.servers.postgres.url,
    redisUrl: cluster.servers.redis.url,
    logs: logsOf(cluster),
    folders: [cluster.folder],
    canaries: [canary],
  }))
    complain(sighting);
}

/** Everything that was written by programs and servers, by name. */
export function logsOf(cluster: Cluster): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...cluster
      .incarnations()
      .map(({ name, program }): [string, string] => [
        name,
        [...program.log.map((line) => JSON.stringify(line)), program.complaints].join('\n'),
      ]),
    ['postgres', cluster.servers.postgres.log.join('\n')],
    ['redis', cluster.servers.redis.log.join('\n')],
  ]);
}

/** The processes whose environment names the folder: our programs and the processes that they started. */
function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DATA_DIR=${folder}\0`);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}
