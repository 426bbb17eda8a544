import { Redis } from 'ioredis';
import { type Log, logOnChange } from '../observability/log.ts';
import type { RedisSettings } from './redis-settings.ts';
import { isUnusableServer, RedisUnavailable } from './redis-unavailable.ts';

export type { Redis };

/** The Redis server that a process shares with others. It may be unavailable or unusable at any time. */
export interface RedisServer {
  /** Our deployment's id (src/database/deployment.ts): the names of its keys and channels hold it, since others may be on the server. */
  readonly namespace: string;
  /**
   * A connection of its own, which reconnects for as long as it takes. Commands that are sent meanwhile wait for it, or
   * fail at once with `waits: false`.
   */
  connect(options?: { readonly waits?: boolean }): Redis;
  /** Makes every connection reconnect: another server may answer at the same address by now. */
  reconnect(): void;
  /** Why a connection is missing, as long as one is. After a password is rotated, a subscriber's connection may be all that is left. */
  readonly unavailable: RedisUnavailable | undefined;
}

const longestPause = 2_000;
/** A connection that ends sooner is not replaced at once: otherwise a server that accepts us and then refuses would be tried in a tight loop. */
const shortLife = 5_000;
const pauseAfterShortLife = 1_000;
/** All connections follow the last one that left an unusable server, once it is connected elsewhere. */
const pauseBeforeFollowing = 3_000;
const commandTimeout = 5_000;

export function openRedisServer(settings: RedisSettings, namespace: string, log: Log): RedisServer {
  const connections = new Set<Redis>();
  const report = logOnChange((err) => log.warn({ err }, 'Redis unavailable, retrying'));
  let lastError: RedisUnavailable | undefined;
  let following: NodeJS.Timeout | undefined;

  const reconnect = (): void => {
    for (const connection of connections) if (connection.status === 'ready') connection.disconnect(true);
  };
  /** Reads and publishing continue at a replica, unnoticed by connections that have left it. */
  const follow = (): void => {
    clearTimeout(following);
    following = setTimeout(reconnect, pauseBeforeFollowing).unref();
  };

  const connect: RedisServer['connect'] = ({ waits = true } = {}) => {
    let readyAt = Number.NEGATIVE_INFINITY;
    let isLeaving = false;
    const connection = new Redis({
      ...settings,
      // HELLO is a command that a user may lack, and AUTH is not.
      protocol: 2,
      disableClientInfo: true,
      // It asks for INFO, which few users may; a server that is not ready says so to the first command.
      enableReadyCheck: false,
      maxRetriesPerRequest: null,
      enableOfflineQueue: waits,
      ...(waits ? {} : { commandTimeout }),
      reconnectOnError(error) {
        if (!isUnusableServer(error)) return false;
        follow();
        // Every command in flight is refused like this one; the socket is closed once.
        const leaves = !isLeaving;
        isLeaving = true;
        return leaves;
      },
      retryStrategy: (times) =>
        Math.max(
          Math.min(50 * 2 ** times, longestPause),
          performance.now() - readyAt < shortLife ? pauseAfterShortLife : 0,
        ),
    });
    connections.add(connection);
    connection.on('error', (error: Error) => {
      lastError = new RedisUnavailable(error);
      report(lastError.message);
      // It would continue in database 0, which belongs to others.
      if (isSelectError(error)) connection.disconnect(true);
    });
    // A TLS socket can break twice, with a certificate that is not trusted or an alert, and then with what comes after; ioredis
    // listens for the first, and the second would end the process. The socket is there once this turn is over, and broken no sooner.
    connection.on('connecting', () => setImmediate(() => connection.stream?.on('error', () => {})));
    connection.on('connect', () => {
      isLeaving = false;
    });
    connection.on('ready', () => {
      readyAt = performance.now();
    });
    connection.on('end', () => connections.delete(connection));
    return connection;
  };

  return {
    namespace,
    connect,
    reconnect,
    get unavailable() {
      const areReady = [...connections].every(({ status }) => status === 'ready');
      return areReady ? undefined : lastError;
    },
  };
}

/** ioredis says on an error which command was answered by it. */
const isSelectError = (error: Error & { readonly command?: { readonly name: string } }): boolean =>
  error.command?.name === 'select';
