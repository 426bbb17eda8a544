import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { EmbeddedRedis } from './embedded-redis.ts';
import { requestLimits } from './redis-requests.ts';

type Server = ChildProcessByStdio<null, Readable, null>;

/** Where `redis-server` or `valkey-server` is, searched in the folders of `path`; undefined if there is none. */
export function findRedisServer(path = process.env.PATH ?? ''): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return ['redis-server', 'valkey-server']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find(isExecutable);
}

/**
 * Starts `program` on 127.0.0.1 and a free port, with an append-only file in `folder`. It ends with `close`, or when this process ends;
 * on Linux with util-linux's `setpriv` even when this process is killed.
 * Throws with the server's last words when it does not come up.
 */
export async function openRedisServer(program: string, folder: string): Promise<EmbeddedRedis> {
  const command = await tiedToThisProcess(program);
  // Another process may take the free port before the server does: then it ends at once, and we try another one.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = start(command, port, folder);
    const endWithUs = (): boolean => server.kill('SIGTERM');
    process.once('exit', endWithUs);
    server.once('exit', () => process.off('exit', endWithUs));
    const { ready, lastWords } = await comesUp(server);
    if (ready) {
      return {
        url: `redis://127.0.0.1:${port}`,
        description: `${command.version}, private, in ${folder}`,
        close: () => end(server),
      };
    }
    process.off('exit', endWithUs);
    await end(server);
    if (attempt === 3 || !lastWords.includes('Address already in use')) {
      throw new Error(
        `${program} does not start in ${folder}; set REDIS_URL to use another one. It says:\n${lastWords}`,
      );
    }
  }
}

interface Command {
  readonly argv: readonly [string, ...string[]];
  /** `redis-server 7.0.15` */
  readonly version: string;
}

async function tiedToThisProcess(program: string): Promise<Command> {
  const tied: Command['argv'] = ['setpriv', '--pdeathsig', 'TERM', program];
  // Where there is no setpriv, or one that cannot do it (not Linux, busybox): without it.
  return askVersion(tied).catch(() => askVersion([program]));
}

async function askVersion(argv: Command['argv']): Promise<Command> {
  const [file, ...args] = argv;
  const { stdout } = await promisify(execFile)(file, [...args, '--version']);
  const name = /valkey/i.test(stdout) ? 'valkey-server' : 'redis-server';
  return { argv, version: `${name} ${/\bv=(\S+)/.exec(stdout)?.[1] ?? ''}`.trim() };
}

function start({ argv: [file, ...args] }: Command, port: number, folder: string): Server {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    save: '',
    daemonize: 'no',
    // A full memory must be an error: evicting would silently drop queued jobs.
    'maxmemory-policy': 'noeviction',
    'proto-max-bulk-len': String(requestLimits.bulk),
    'client-query-buffer-limit': String(requestLimits.request),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  // In a process group of its own: Ctrl+C in a terminal reaches us alone, and we end the server last.
  return spawn(file, [...args, ...options], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
}

async function comesUp(server: Server): Promise<{ ready: boolean; lastWords: string }> {
  const lines: string[] = [];
  const ready = await new Promise<boolean>((resolve) => {
    // Read to the end of its life: a full pipe would stop the server.
    createInterface({ input: server.stdout })
      .on('line', (line) => {
        lines.push(line);
        if (lines.length > 20) lines.shift();
        if (line.includes('Ready to accept connections')) resolve(true);
      })
      .once('close', () => resolve(false));
    server.once('error', (error) => {
      lines.push(error.message);
      resolve(false);
    });
  });
  return { ready, lastWords: lines.join('\n') };
}

async function end(server: Server): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  const impatience = setTimeout(() => server.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(impatience);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  // Cast: a server that listens on a TCP port has an AddressInfo.
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us to run.
    return false;
  }
}
