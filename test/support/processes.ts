import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Client as Connection } from 'pg';
import { signToken } from '../../src/access/authenticate.ts';
import type { Role } from '../../src/access/viewer.ts';
import { type Client, openClient } from '../../src/client/client.ts';
import { type Mailbox, openMailbox } from '../../src/embedded/mailbox.ts';
import { freePort, type PostgresServer, type PrivateServer, startPostgres, startRedis } from './private-servers.ts';

/** One line of a program's log. */
export interface LogLine {
  readonly msg?: string;
  readonly [key: string]: unknown;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the signal that ended it, in milliseconds. */
  readonly milliseconds: number;
}

/** A program of the service in a process of its own. */
export interface Program {
  readonly pid: number;
  readonly log: readonly LogLine[];
  /** What it wrote to standard error so far. */
  readonly complaints: string;
  readonly isRunning: boolean;
  /** Resolves once it has ended, however that came about. */
  readonly ended: Promise<unknown>;
  /** The first line of the log, past or future, that `predicate` accepts. */
  line(predicate: (line: LogLine) => boolean, what: string): Promise<LogLine>;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  send(signal: NodeJS.Signals): void;
  /** Sends `signal`, if any, and waits for its end. */
  end(signal?: NodeJS.Signals): Promise<Ending>;
}

export interface ApiProgram extends Program {
  readonly port: number;
  clientOf(subject: string, ...roles: Role[]): Promise<Client>;
}

export type Env = Readonly<Record<string, string>>;

/** Servers of a test file's own, and the programs that share them. */
export interface Cluster {
  readonly postgres: PostgresServer;
  readonly redis: PrivateServer;
  /** The cluster's servers are these from now on; the caller closes the ones before. */
  failOverTo(successors: { readonly postgres?: PostgresServer; readonly redis?: PrivateServer }): void;
  readonly mailbox: Mailbox;
  readonly env: Env;
  start(script: string, env?: Env): Program;
  /** Resolves once it listens. */
  startApi(env?: Env): Promise<ApiProgram>;
  startWorker(env?: Env): Program;
  query<Row extends object>(sql: string, ...values: unknown[]): Promise<Row[]>;
  /** How many mails this customer got so far. */
  mailsTo(subject: string): number;
  close(): Promise<void>;
}

/** Starting a program takes two seconds, and many times that on a machine with much else to do; in milliseconds. */
const patience = 120_000;
const jwtSecret = 'a secret that only tests sign their tokens with';

export const tokenOf = (subject: string, ...roles: Role[]): Promise<string> =>
  signToken(jwtSecret, { subject, email: addressOf(subject), roles }, '1h');

export const addressOf = (subject: string): string => `${subject}@customers.example`;

export async function openCluster(): Promise<Cluster> {
  const [postgres, redis, mailbox] = await Promise.all([startPostgres(), startRedis(), openMailbox()]);
  let servers = { postgres, redis };
  const dataDir = await mkdtemp(join(tmpdir(), 'test-cluster-'));
  const programs: Program[] = [];
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    SMTP_URL: mailbox.url,
    SITE_URL_TEMPLATE: 'http://{site}/',
    SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    AUTH_JWT_SECRET: jwtSecret,
    DATA_DIR: dataDir,
  };
  const start = (script: string, more: Env = {}): Program => {
    const program = startProgram(script, { ...env, ...more });
    programs.push(program);
    return program;
  };

  return {
    get postgres() {
      return servers.postgres;
    },
    get redis() {
      return servers.redis;
    },
    failOverTo(successors) {
      servers = { ...servers, ...successors };
    },
    mailbox,
    env,
    start,
    async startApi(more) {
      // The API does not say where it listens, so the port is chosen for it.
      const port = await freePort();
      const program = start('src/api.ts', { PORT: `${port}`, ...more });
      const base = `http://127.0.0.1:${port}`;
      await until('the API listens', async () => {
        if (!program.isRunning) throw new Error(`The API ended: ${program.complaints}`);
        return (await fetch(`${base}/healthz`)).ok;
      });
      const clientOf = async (subject: string, ...roles: Role[]): Promise<Client> =>
        openClient(`${base}/graphql`, await tokenOf(subject, ...roles));
      return Object.assign(program, { port, clientOf });
    },
    startWorker: (more) => start('src/worker.ts', more),
    query: (sql, ...values) => queryAt(servers.postgres.url, sql, ...values),
    mailsTo: (subject) => mailbox.mails.filter(({ to }) => to.includes(addressOf(subject))).length,
    async close() {
      await Promise.all(programs.map((program) => program.end('SIGKILL')));
      await Promise.all([servers.postgres.close(), servers.redis.close(), mailbox.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks the database at `url` over a connection of its own. */
export async function queryAt<Row extends object>(url: string, sql: string, ...values: unknown[]): Promise<Row[]> {
  const connection = new Connection(url);
  // A server that goes away in between; the query tells it too.
  connection.on('error', () => {});
  await connection.connect();
  try {
    return (await connection.query<Row>(sql, values)).rows;
  } finally {
    await connection.end();
  }
}

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: { readonly api: string };
};
/** V8's own words on memory, as `npm run api` says them. */
const nodeFlags = scripts.api.match(/--max\S+/g) ?? [];

/** Starts `node <script> <words>` with these variables and nothing else of this process's environment but the PATH. */
export function startProgram(script: string, env: Env, ...words: readonly string[]): Program {
  const child = spawn(process.execPath, [...nodeFlags, script, ...words], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'pipe',
  });
  // A child that is stopped by SIGSTOP would outlive a test that fails.
  const killChild = (): void => void child.kill('SIGKILL');
  process.once('exit', killChild);
  const log: LogLine[] = [];
  const said = new EventEmitter<{ line: [] }>().setMaxListeners(0);
  let complaints = '';
  createInterface(child.stdout).on('line', (line) => {
    log.push(readLine(line));
    said.emit('line');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  // A program that is gone hears nothing; the test sees its end.
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  closed.finally(() => process.off('exit', killChild));

  return {
    pid: child.pid ?? 0,
    log,
    get complaints() {
      return complaints;
    },
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    ended: closed,
    async line(predicate, what) {
      const signal = AbortSignal.timeout(patience);
      for (;;) {
        const line = log.find(predicate);
        if (line) return line;
        await once(said, 'line', { signal }).catch(() => {
          throw new Error(
            [`${script} did not log: ${what}`, complaints, ...log.map((entry) => JSON.stringify(entry))].join('\n'),
          );
        });
      }
    },
    tell: (line) => void child.stdin.write(`${line}\n`),
    send: (signal) => void child.kill(signal),
    async end(signal) {
      const startedAt = performance.now();
      if (signal) child.kill(signal);
      await within(patience, `the end of ${script}`, closed);
      return {
        code: child.exitCode,
        signal: child.signalCode,
        milliseconds: Math.round(performance.now() - startedAt),
      };
    },
  };
}

/** A line of pino's, or any other text: a program that is killed may leave half a line. */
function readLine(line: string): LogLine {
  try {
    return line.startsWith('{') ? JSON.parse(line) : { msg: line };
  } catch {
    return { msg: line };
  }
}

/** Resolves once `holds` is true; what it throws meanwhile counts as false, and is told when the time is over. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, atMost = patience): Promise<void> {
  const deadline = performance.now() + atMost;
  for (let reason: unknown; ; await pause(30)) {
    try {
      if (await holds()) return;
    } catch (error) {
      reason = error;
    }
    if (performance.now() > deadline) throw new Error(`Not within ${atMost} ms: ${what}`, { cause: reason });
  }
}

/** The promise's result, or an error that names it when it takes longer than this. */
export async function within<Result>(milliseconds: number, what: string, work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const late = pause(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new Error(`Not within ${milliseconds} ms: ${what}`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
    late.catch(() => {});
  }
}
