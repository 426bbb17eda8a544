import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/processes.ts';
import { placesOf } from './deployment.ts';
import { canary } from './portal.ts';
import { secretsLeft } from './secrets-left.ts';
import { poolSize, type World } from './world.ts';

/** How soon after a trial connections and processes are as many as before, in milliseconds. */
const settledWithin = 30_000;
/** A statement or a transaction that is older than this hangs. */
const longestStatement = '5 seconds';

/** How many clients Redis has once no more come. */
export async function settledRedisClients(world: World): Promise<number> {
  for (let before = 0; ; ) {
    const now = await redisClients(world);
    if (now === before) return now;
    before = now;
    await pause(pauseBetweenCounts);
  }
}

const pauseBetweenCounts = 2_000;

/** The one that asks is one of them. */
async function redisClients(world: World): Promise<number> {
  return String(await world.redis('CLIENT LIST'))
    .trim()
    .split('\n').length;
}

/** Programs, pools and connections are as before, nobody fell over, and no password stands where it must not. */
export async function checkWorld(world: World, base: { redisClients: number }, complain: (complaint: string) => void) {
  for (const complaint of world.complaints()) complain(complaint);
  const check = async (what: string, holds: () => Promise<boolean>): Promise<void> =>
    until(what, holds, settledWithin).catch((error) =>
      complain(`${error.message} (${error.cause ?? 'it does not hold'})`),
    );

  await check(
    `Redis has no more than ${base.redisClients} clients`,
    async () => (await redisClients(world)) <= base.redisClients,
  );
  await check('nothing hangs in PostgreSQL, and no pool is too large', async () => {
    const sessions = await world.cluster.query<{ hangs: boolean }>(
      `select state <> 'idle' and now() - coalesce(xact_start, query_start) > $1::interval as hangs
       from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      longestStatement,
    );
    return sessions.every(({ hangs }) => !hangs) && sessions.length <= placesOf(world).length * poolSize;
  });
  await check('no program has left a process behind', async () => {
    const expected = placesOf(world).map(({ life }) => life.program.pid);
    return `${processesIn(world.folder).sort()}` === `${expected.sort()}`;
  });
  for (const sighting of await secretsLeft({
    databaseUrl: world.cluster.postgres.url,
    redisUrl: world.cluster.redis.url,
    logs: logsOf(world),
    folders: [world.folder],
    canaries: [canary],
  }))
    complain(sighting);
}

/** Everything that was written by programs and servers, by name. */
export function logsOf(world: World): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...world
      .lives()
      .map(({ name, program }): [string, string] => [
        name,
        [...program.log.map((line) => JSON.stringify(line)), program.complaints].join('\n'),
      ]),
    ['postgres', world.cluster.postgres.log.join('\n')],
    ['redis', world.cluster.redis.log.join('\n')],
  ]);
}

/** The processes whose environment names the folder: our programs and whatever they have started. */
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
