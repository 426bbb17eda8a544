import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
export function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    ...globSync('/usr/lib/postgresql/*/bin'),
  ];
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

export interface PostgresOptions {
  /** What `postgresql.conf` would hold. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What `pg_hba.conf` holds instead of letting everybody in. */
  readonly hba?: readonly string[];
  readonly encoding?: 'UTF8' | 'LATIN1';
  /** Files that only the server itself may read, by their names; a setting names them as `%d/<name>`. */
  readonly files?: Readonly<Record<string, string>>;
  /** A server that this one is a streaming standby of. */
  readonly standbyOf?: PrivateServer;
}

export interface PostgresServer extends PrivateServer {
  readonly port: number;
  /** Where its socket is. */
  readonly folder: string;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-postgres-'));
  const owner = unprivileged();
  const program = (name: string, ...args: string[]): void => {
    execFileSync(findProgram(name) ?? name, args, { stdio: 'ignore', ...owner });
  };
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const { encoding = 'UTF8', standbyOf } = options;
  const locale = encoding === 'UTF8' ? [] : ['--locale=C'];
  if (standbyOf)
    program('pg_basebackup', '-d', standbyOf.url, '-D', folder, '-R', '-X', 'stream', '--no-sync', '-c', 'fast');
  else program('initdb', '-D', folder, '-U', 'postgres', '--auth=trust', '-E', encoding, ...locale, '--no-sync');
  if (options.hba) writeFileSync(join(folder, 'pg_hba.conf'), `${options.hba.join('\n')}\n`);
  for (const [name, content] of Object.entries(options.files ?? {})) {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    if (owner) chownSync(file, owner.uid, owner.gid);
  }
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', fsync: 'off', ...options.settings };
  const given = Object.entries(settings).flatMap(([name, value]) => [
    '-c',
    `${name}=${value.replaceAll('%d', folder)}`,
  ]);
  const server = await privateServer(folder, `postgresql://postgres@127.0.0.1:${port}/postgres`, () =>
    launch(
      findProgram('postgres') ?? 'postgres',
      ['-D', folder, '-p', `${port}`, '-k', folder, ...given],
      /ready to accept (read-only )?connections/,
      owner,
    ),
  );
  return Object.assign(server, { port, folder });
}

/** Why PgBouncer cannot be tried here, or false when it can. */
export const pgBouncerMissing: string | false = findProgram('pgbouncer')
  ? serversMissing
  : 'needs pgbouncer on this machine (Debian: apt-get install pgbouncer)';

/** A PgBouncer in transaction mode before `postgres`, which lets its users in as they come. */
export async function startPgBouncer(
  { port: behind }: PostgresServer,
  users: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-pgbouncer-'));
  const owner = unprivileged();
  const port = await freePort();
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: `${port}`,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: join(folder, 'users'),
    pool_mode: 'transaction',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(
    join(folder, 'ini'),
    ['[databases]', `* = host=127.0.0.1 port=${behind}`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  writeFileSync(join(folder, 'users'), users.map((user) => `"${user}" ""\n`).join(''));
  for (const path of [folder, join(folder, 'ini'), join(folder, 'users')])
    if (owner) chownSync(path, owner.uid, owner.gid);
  return privateServer(folder, `postgresql://postgres@127.0.0.1:${port}/postgres`, () =>
    launch(findProgram('pgbouncer') ?? 'pgbouncer', [join(folder, 'ini')], /process up/, owner),
  );
}

/** Why nginx cannot be tried here, or false when it can. */
export const nginxMissing: string | false = findProgram('nginx')
  ? serversMissing
  : 'needs nginx on this machine (Debian: apt-get install nginx-light)';

/** An nginx with this in its `http` block; `port` is what the block listens on. */
export function startNginx(block: string, port: number): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-nginx-'));
  const config = join(folder, 'nginx.conf');
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  // One process, which ends when it is killed.
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice; events {}
http { access_log off; ${bodies.join(' ')}
${block}
}
`,
  );
  return privateServer(folder, `http://127.0.0.1:${port}`, () =>
    launch(findProgram('nginx') ?? 'nginx', ['-p', folder, '-c', config, '-e', 'stderr'], /getrlimit/),
  );
}

/** `more` are further settings of redis-server: `['--requirepass', '…']`. */
export async function startRedis(more: readonly string[] = []): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-redis-'));
  const port = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...more];
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
