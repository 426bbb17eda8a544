import { Redis } from 'ioredis';
import { type Log, logOnChange } from '../observability/log.ts';
import type { RedisSettings } from './redis-settings.ts';
import { isWrongServer, RedisTrouble } from './redis-trouble.ts';

export type { Redis };

/** The Redis server that a process shares with others. It may be away, or be of no use, at any time. */
export interface RedisServer {
  /** Our deployment's id (src/database/deployment.ts): the names of its keys and channels hold it, since others may be on the server. */
  readonly namespace: string;
  /**
   * A connection of its own, which connects again for ever. What is asked while there is none waits for it, or fails at
   * once with `waits: false`.
   */
  connect(options?: { readonly waits?: boolean }): Redis;
  /** Lets every connection connect anew: another server may answer at the same address by now. */
  reconnect(): void;
  /** Why a connection is missing, as long as one is: a subscriber may be left to us after a password was rotated. */
  readonly trouble: RedisTrouble | undefined;
}

const longestPause = 2_000;
/** A connection that ends sooner is not replaced at once: a server that lets us in and then refuses would be asked without end. */
const shortLife = 5_000;
const pauseAfterShortLife = 1_000;
/** All connections follow the last one that left a server which is of no use, once it has arrived elsewhere. */
const pauseBeforeFollowing = 3_000;
const commandTimeout = 5_000;

export function openRedisServer(settings: RedisSettings, namespace: string, log: Log): RedisServer {
  const connections = new Set<Redis>();
  const report = logOnChange((err) => log.warn({ err }, 'Redis is away; trying again'));
  let trouble: RedisTrouble | undefined;
  let following: NodeJS.Timeout | undefined;

  const reconnect = (): void => {
    for (const connection of connections) if (connection.status === 'ready') connection.disconnect(true);
  };
  /** What is read and published goes on at a replica, unheard by those who have left it. */
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
        if (!isWrongServer(error)) return false;
        follow();
        // Every command that was under way is refused like this one, and the socket is hung up once.
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
      trouble = new RedisTrouble(error);
      report(trouble.message);
      // It would go on in database 0, which is somebody else’s.
      if (isSelectError(error)) connection.disconnect(true);
    });
    connection.on('connect', () => {
      isLeaving = false;
      // A TLS socket can break twice, with an alert and then a reset; ioredis listens for the first, and the second would end the process.
      connection.stream.on('error', () => {});
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
    get trouble() {
      const areReady = [...connections].every(({ status }) => status === 'ready');
      return areReady ? undefined : trouble;
    },
  };
}

/** ioredis says on an error which command was answered by it. */
const isSelectError = (error: Error & { readonly command?: { readonly name: string } }): boolean =>
  error.command?.name === 'select';
