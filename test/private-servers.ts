import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** A real server of a test's own, on 127.0.0.1 and a free port, in a folder that goes with it. */
export interface PrivateServer {
  readonly url: string;
  readonly pid: number;
  /** Ends it as `kill -9` does; `restart` brings it back. */
  stop(): Promise<void>;
  /** Ends it as `kill -9` does, unless it is stopped, and starts it again on the same port and data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Where a server's program is, or undefined when this machine has none; Debian keeps PostgreSQL's off the PATH. */
function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...globSync('/usr/lib/postgresql/*/bin')];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Why the suites on real servers cannot run here, or false when they can. */
export const serversMissing: string | false =
  findProgram('postgres') && findProgram('redis-server')
    ? false
    : 'needs postgresql and redis-server on this machine (Debian: apt-get install postgresql redis-server)';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function startPostgres(): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-postgres-'));
  const owner = unprivileged();
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const initdb = findProgram('initdb') ?? 'initdb';
  execFileSync(initdb, ['-D', folder, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--no-sync'], {
    stdio: 'ignore',
    ...owner,
  });
  const port = await freePort();
  const settings = ['-p', `${port}`, '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'];
  return privateServer(folder, `postgresql://postgres@127.0.0.1:${port}/postgres`, () =>
    startAndWait(
      findProgram('postgres') ?? 'postgres',
      ['-D', folder, ...settings],
      /ready to accept connections/,
      owner,
    ),
  );
}

export async function startRedis(): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-redis-'));
  const port = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  return privateServer(folder, `redis://127.0.0.1:${port}`, () =>
    startAndWait(findProgram('redis-server') ?? 'redis-server', settings, /Ready to accept connections/),
  );
}

async function privateServer(folder: string, url: string, start: () => Promise<ChildProcess>): Promise<PrivateServer> {
  let server = await start();
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  return {
    url,
    get pid() {
      return server.pid ?? 0;
    },
    stop: kill,
    async restart() {
      await kill();
      // PostgreSQL's own processes may take a moment longer to notice, and hold its folder till then.
      server = await start().catch(() => pause(500).then(start));
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once the server says that it is ready; rejects with what it said when it ends before. */
async function startAndWait(
  program: string,
  args: string[],
  ready: RegExp,
  owner: { uid: number; gid: number } | undefined = undefined,
): Promise<ChildProcess> {
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...owner });
  process.once('exit', () => server.kill('SIGKILL'));
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface(stream).on('line', (line) => {
        said.push(line);
        if (ready.test(line)) resolve();
      });
    }
    server.once('exit', () => reject(new Error(`${program} did not start:\n${said.join('\n')}`)));
  });
  return server;
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
