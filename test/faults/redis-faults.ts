import { setTimeout as pause } from 'node:timers/promises';
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

const command = (kind: string, ...words: [string, ...string[]]) =>
  redisFault(kind, {}, async ({ world }) => void (await world.redis(...words)));

export const redisFaults = [
  command('FLUSHALL', 'FLUSHALL'),
  command('SCRIPT FLUSH', 'SCRIPT', 'FLUSH'),
  redisFault('kills all clients', {}, async ({ world }) => {
    for (const type of ['normal', 'pubsub']) await world.redis('CLIENT', 'KILL', 'TYPE', type);
  }),
  redisFault('restarts empty', {}, ({ world }) => world.cluster.redis.restart()),
  redisFault('is down', { lasts: milliseconds(1_000, 5_000) }, async ({ world }, { lasts }) => {
    await world.cluster.redis.stop();
    await pause(lasts);
    await world.cluster.redis.restart();
  }),
  redisFault('evicts', {}, async ({ world }) => {
    await world.redis('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random', 'maxmemory', '1mb');
    await pause(1_000);
    await world.redis('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '0');
  }),
  redisFault('is paused', { lasts: milliseconds(1_000, 4_000) }, async ({ world }, { lasts }) => {
    const goOn = world.cluster.redis.pause();
    await pause(lasts);
    goOn();
  }),
];
