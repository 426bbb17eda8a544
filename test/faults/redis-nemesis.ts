import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/processes.ts';
import { clientsOf, portOf, startReplicaOf, takeOver } from '../support/tell-redis.ts';
import { fault, milliseconds } from './nemesis.ts';
import type { Run } from './run.ts';

/** Faults of Redis. Each ends with a request for a company: how soon is it claimed? */
const redisFault = <Params extends object>(
  kind: string,
  params: Parameters<typeof fault<Params>>[1],
  inject: (run: Run, params: Params) => Promise<void>,
) =>
  fault<Params>(`redis ${kind}`, params, async (run, given) => {
    await run.cluster.alone.redis(() => inject(run, given));
    await run.probe(`redis ${kind}`);
  });

const command = (words: string) => redisFault(words, {}, async ({ cluster }) => void (await cluster.redis(words)));

/** A replica takes over, and the address leads to it a while later. Clients of the old server have to leave it. */
async function failOver(
  { cluster: { servers, redisName } }: Run,
  { movesAfter }: { movesAfter: number },
): Promise<void> {
  const old = servers.redis;
  const replica = await startReplicaOf(old);
  await takeOver(replica, old);
  servers.failOverTo({ redis: replica });
  await pause(movesAfter);
  redisName.moveTo(Number(portOf(replica)));
  await until('the old server is left', async () => (await clientsOf(old)) === 0, leavesWithin).catch(() => {
    // A program that is frozen at the moment cannot leave.
  });
  await old.close();
}

const leavesWithin = 15_000;

export const redisFaults = [
  command('FLUSHALL'),
  command('SCRIPT FLUSH'),
  redisFault('kills all clients', {}, async ({ cluster }) => {
    for (const type of ['normal', 'pubsub']) await cluster.redis(`CLIENT KILL TYPE ${type}`);
  }),
  redisFault('fails over', { movesAfter: milliseconds(0, 4_000) }, failOver),
  redisFault('restarts empty', {}, ({ cluster }) => cluster.servers.redis.restart()),
  redisFault('is down', { lasts: milliseconds(1_000, 5_000) }, async ({ cluster }, { lasts }) => {
    await cluster.servers.redis.stop();
    await pause(lasts);
    await cluster.servers.redis.restart();
  }),
  redisFault('evicts', {}, async ({ cluster }) => {
    await cluster.redis('CONFIG SET maxmemory-policy allkeys-random maxmemory 1mb');
    await pause(1_000);
    await cluster.redis('CONFIG SET maxmemory-policy noeviction maxmemory 0');
  }),
  redisFault('is paused', { lasts: milliseconds(1_000, 4_000) }, async ({ cluster }, { lasts }) => {
    const resume = cluster.servers.redis.pause();
    await pause(lasts);
    resume();
  }),
];
