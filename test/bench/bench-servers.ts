import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, rm, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { until } from '../support/processes.ts';
import { gone } from './processes.ts';
import { path } from './real-bench.ts';

/** Takes something away that a real bench needs; resolves to a function that brings it back. */
type TakeAway = () => Promise<() => Promise<void>>;

/** The largest file system that a test fills. */
const largestDisk = 4 * 1024 ** 3;

/** Why the disk that the bench's sites are on cannot be filled, or false when it can. */
export async function diskTooLarge(): Promise<string | false> {
  const { blocks, bsize } = await statfs(join(path, 'sites'));
  return blocks * bsize > largestDisk && 'the bench’s sites are not on a small file system of their own';
}

/** Kills the database server as `kill -9` does. */
export const killDatabase: TakeAway = async () => {
  const { db_port: port = 3306 } = await configuration();
  const start = await kill(port);
  return async () => {
    start();
    await until('the database answers', () => answers(port));
  };
};

/** Ends the bench's Redis servers. */
export const endRedis: TakeAway = async () => {
  const { redis_cache: cache = '', redis_queue: queue = '' } = await configuration();
  const ports = [...new Set([cache, queue].filter(Boolean).map((url) => Number(new URL(url).port)))];
  await Promise.all(ports.map(kill));
  return async () => {
    // Redis writes something else in the place of its arguments.
    for (const port of ports) startServer('redis-server', ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '']);
    await until('Redis answers', async () => (await Promise.all(ports.map(answers))).every(Boolean));
  };
};

/** Leaves no byte free on the disk that the bench's sites are on. */
export const fillDisk: TakeAway = async () => {
  const file = join(path, 'sites/.filled-by-a-test');
  for (const chunk of [1024 ** 2, 4096]) {
    try {
      for (;;) await writeFile(file, Buffer.alloc(chunk), { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
  return () => rm(file);
};

/** Leaves the bench's own configuration cut off in the middle, as an editor or a deployment does that died while writing it. */
export const tearConfiguration: TakeAway = async () => {
  const whole = await readFile(configurationFile(), 'utf8');
  await writeFile(configurationFile(), whole.slice(0, whole.length / 2));
  return () => writeFile(configurationFile(), whole);
};

interface BenchConfiguration {
  readonly db_port?: number;
  readonly redis_cache?: string;
  readonly redis_queue?: string;
}

const configurationFile = (): string => join(path, 'sites/common_site_config.json');

async function configuration(): Promise<BenchConfiguration> {
  return JSON.parse(await readFile(configurationFile(), 'utf8'));
}

/** Kills what listens at this port of this machine. Resolves to what starts the same again. */
async function kill(port: number): Promise<() => ChildProcess> {
  const pid = await listenerAt(port);
  const program = await readlink(`/proc/${pid}/exe`);
  const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(1, -1);
  process.kill(pid, 'SIGKILL');
  await gone([pid]);
  return () => startServer(program, args);
}

/** It outlives the tests. */
function startServer(program: string, args: readonly string[]): ChildProcess {
  const server = spawn(program, args, { detached: true, stdio: 'ignore', cwd: '/tmp' });
  server.unref();
  return server;
}

async function listenerAt(port: number): Promise<number> {
  const listening = (await readFile('/proc/net/tcp', 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, , state]) => state === '0A' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port);
  const socket = `socket:[${listening?.[9]}]`;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if ((await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')) === socket) return Number(pid);
    }
  }
  throw new Error(`Nothing listens at port ${port}.`);
}

async function answers(port: number): Promise<boolean> {
  const connection = connect(port, '127.0.0.1');
  try {
    await once(connection, 'connect');
    return true;
  } finally {
    connection.destroy();
  }
}
