import { resolve } from 'node:path';
import type { EmbeddedRedis } from './embedded-redis.ts';
import { lockFolder } from './folder-lock.ts';
import { openJsRedis } from './js-redis.ts';
import { makePrivateFolder } from './make-folder.ts';
import { findRedisServer, openRedisServer } from './redis-server.ts';

export type { EmbeddedRedis };

/**
 * A Redis of our own on 127.0.0.1 and a free port: a private `redis-server` or `valkey-server` that keeps its data in `<dataDir>/redis`
 * if this machine has one, else one in this process and in memory only.
 * `findServer` says where the server's program is, or undefined to use the one in this process; by default PATH is searched.
 * Throws FolderInUseError while another process runs a Redis in this folder: two private ones would not see each other's messages.
 */
export async function openEmbeddedRedis(
  dataDir: string,
  { findServer = findRedisServer }: { findServer?: () => string | undefined } = {},
): Promise<EmbeddedRedis> {
  const folder = resolve(dataDir, 'redis');
  makePrivateFolder(folder);
  const unlock = lockFolder(
    folder,
    'Set REDIS_URL to a Redis server that both can share, or DATA_DIR to another folder.',
  );
  try {
    const program = findServer();
    const redis = program === undefined ? await openJsRedis() : await openRedisServer(program, folder);
    return { ...redis, close: () => redis.close().finally(unlock) };
  } catch (error) {
    unlock();
    throw error;
  }
}
