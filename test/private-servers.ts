import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** A real server of a test's own, on 127.0.0.1 and a free port, in a folder that goes with it. */
export interface PrivateServer {
  readonly url: string;
  readonly pid: number;
  /** What it has written so far, line by line. */
  readonly log: readonly string[];
  /** Ends it as `kill -9` does; `restart` brings it back. */
  stop(): Promise<void>;
  /** Ends it as `kill -9` does, unless it is stopped, and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Stops all its processes where they are, connections open, until the returned function lets them go on. */
  pause(): () => void;
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
    launch(findProgram('postgres') ?? 'postgres', ['-D', folder, ...settings], /ready to accept connections/, owner),
  );
}

export async function startRedis(): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-redis-'));
  const port = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  return privateServer(folder, `redis://127.0.0.1:${port}`, () =>
    launch(findProgram('redis-server') ?? 'redis-server', settings, /Ready to accept connections/),
  );
}

/** A server that was started: its process, and whether it is up. */
interface Launch {
  readonly server: ChildProcess;
  readonly said: readonly string[];
  /** Resolves once the server says that it is ready; rejects with what it said when it ends before. */
  readonly ready: Promise<void>;
}

async function privateServer(folder: string, url: string, start: () => Launch): Promise<PrivateServer> {
  let newest = start();
  const logs = [newest.said];
  let goOn = (): void => {};
  const kill = async (): Promise<void> => {
    const { server } = newest;
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  await newest.ready;
  return {
    url,
    get pid() {
      return newest.server.pid ?? 0;
    },
    get log() {
      return logs.flat();
    },
    stop: kill,
    async restart() {
      await kill();
      // PostgreSQL's own processes may take some moments longer to notice, and hold its folder till then.
      for (let tries = 1; ; tries += 1) {
        newest = start();
        logs.push(newest.said);
        try {
          return await newest.ready;
        } catch (error) {
          if (tries === 20) throw error;
          await pause(250);
        }
      }
    },
    pause() {
      const { pid = 0 } = newest.server;
      // It first, so that it has no further children while they are stopped.
      process.kill(pid, 'SIGSTOP');
      const stopped = [pid, ...childrenOf(pid)];
      signalAll(stopped, 'SIGSTOP');
      goOn = () => signalAll(stopped, 'SIGCONT');
      return goOn;
    },
    async close() {
      await kill();
      // PostgreSQL's own processes end by themselves, unless they are stopped.
      goOn();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}

function launch(
  program: string,
  args: string[],
  ready: RegExp,
  owner: { uid: number; gid: number } | undefined = undefined,
): Launch {
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...owner });
  const killServer = (): void => void server.kill('SIGKILL');
  process.once('exit', killServer);
  server.once('exit', () => process.off('exit', killServer));
  const said: string[] = [];
  return {
    server,
    said,
    ready: new Promise<void>((resolve, reject) => {
      for (const stream of [server.stdout, server.stderr]) {
        createInterface(stream).on('line', (line) => {
          said.push(line);
          if (ready.test(line)) resolve();
        });
      }
      server.once('exit', () => reject(new Error(`${program} did not start:\n${said.join('\n')}`)));
    }),
  };
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
