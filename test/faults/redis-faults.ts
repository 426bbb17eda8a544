import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/processes.ts';
import { clientsOf, portOf, startReplicaOf, takeOver } from '../support/tell-redis.ts';
import { faultOf, milliseconds } from './fault.ts';
import type { Trial } from './trial.ts';

/** What may befall Redis. Each ends with a company that is ordered then: how soon is it taken? */
const redisFault = <Params extends object>(
  kind: string,
  params: Parameters<typeof faultOf<Params>>[1],
  strike: (trial: Trial, params: Params) => Promise<void>,
) =>
  faultOf<Params>(`redis ${kind}`, params, async (trial, given) => {
    await trial.world.alone.redis(() => strike(trial, given));
    await trial.probe(`redis ${kind}`);
  });

const command = (words: string) => redisFault(words, {}, async ({ world }) => void (await world.redis(words)));

/** A replica takes over, and the address leads to it a while later. Whoever is connected to the old server has to leave it. */
async function failOver(
  { world: { cluster, redisName } }: Trial,
  { movesAfter }: { movesAfter: number },
): Promise<void> {
  const old = cluster.redis;
  const replica = await startReplicaOf(old);
  await takeOver(replica, old);
  cluster.failOverTo({ redis: replica });
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
  redisFault('kills all clients', {}, async ({ world }) => {
    for (const type of ['normal', 'pubsub']) await world.redis(`CLIENT KILL TYPE ${type}`);
  }),
  redisFault('fails over', { movesAfter: milliseconds(0, 4_000) }, failOver),
  redisFault('restarts empty', {}, ({ world }) => world.cluster.redis.restart()),
  redisFault('is down', { lasts: milliseconds(1_000, 5_000) }, async ({ world }, { lasts }) => {
    await world.cluster.redis.stop();
    await pause(lasts);
    await world.cluster.redis.restart();
  }),
  redisFault('evicts', {}, async ({ world }) => {
    await world.redis('CONFIG SET maxmemory-policy allkeys-random maxmemory 1mb');
    await pause(1_000);
    await world.redis('CONFIG SET maxmemory-policy noeviction maxmemory 0');
  }),
  redisFault('is paused', { lasts: milliseconds(1_000, 4_000) }, async ({ world }, { lasts }) => {
    const goOn = world.cluster.redis.pause();
    await pause(lasts);
    goOn();
  }),
];
