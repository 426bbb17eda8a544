import { Redis } from 'ioredis';
import { type PrivateServer, startRedis } from './private-servers.ts';
import { until } from './processes.ts';

/** Sends commands such as `CONFIG SET maxmemory 0`, or word by word, over a connection of its own. Resolves to their answers. */
export async function tellRedis(
  server: Pick<PrivateServer, 'url'>,
  ...commands: readonly (string | readonly string[])[]
): Promise<string[]> {
  // Without its own check, which waits until a server has read its data.
  const connection = new Redis(server.url, { retryStrategy: () => null, protocol: 2, enableReadyCheck: false });
  connection.on('error', () => {
    // The call tells it.
  });
  try {
    const answers: string[] = [];
    for (const command of commands) {
      const [name = '', ...words] = typeof command === 'string' ? command.split(' ') : command;
      answers.push(String(await connection.call(name, ...words)));
    }
    return answers;
  } finally {
    connection.disconnect();
  }
}

/** A replica that has all that the primary has. */
export async function startReplicaOf(primary: PrivateServer): Promise<PrivateServer> {
  const replica = await startRedis();
  // By default a primary waits for some seconds for further replicas.
  await tellRedis(primary, 'CONFIG SET repl-diskless-sync-delay 0');
  // By a command, which a restart forgets: by then it is nobody's replica.
  await tellRedis(replica, `REPLICAOF 127.0.0.1 ${portOf(primary)}`);
  await until('the replica follows', async () => {
    const [found = ''] = await tellRedis(replica, 'INFO replication');
    return found.includes('master_link_status:up');
  });
  return replica;
}

/** The replica takes over. The old primary follows it from now on, refuses writes, and keeps its connections. */
export async function takeOver(replica: PrivateServer, primary: PrivateServer): Promise<void> {
  await tellRedis(replica, 'REPLICAOF NO ONE');
  await tellRedis(primary, `REPLICAOF 127.0.0.1 ${portOf(replica)}`);
}

/** How many clients a server has, without the one that asks and its link to a primary. */
export async function clientsOf(server: PrivateServer): Promise<number> {
  const [clients = ''] = await tellRedis(server, 'CLIENT LIST');
  return clients.split('\n').filter((client) => /^id=/.test(client) && !/ (cmd=client|flags=M)/.test(client)).length;
}

export const portOf = ({ url }: Pick<PrivateServer, 'url'>): string => new URL(url).port;
