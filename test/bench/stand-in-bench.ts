import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SiteHost } from '../../src/provisioning/site-host.ts';
import type { BenchConfig } from '../../src/site-hosts/bench/bench-config.ts';
import { openBenchHost } from '../../src/site-hosts/bench/bench-host.ts';
import { siteUrl } from '../support/site-plan.ts';

/** What goes wrong on a stand-in, and where (stand-in/stand_in.py). */
export interface Switches {
  readonly 'new-site'?: Fault | 'locked' | 'usage' | 'torn-config' | `raises ${string}`;
  readonly 'install-app'?: Fault | 'locked' | 'vanished' | `raises ${string}`;
  readonly wizard?: Fault | 'fails' | 'no-company';
  /** While a site's database is restored from a snapshot. */
  readonly 'source-sql'?: Fault | `raises ${string}`;
  /** The web server answers a log-in with 500, as Frappe does while its database is unavailable. */
  readonly 'log-in'?: 'fails-once' | 'fails' | 'database-down';
  /** How many connections to the database server are refused. */
  readonly databaseDown?: number;
  /** Connections to the database server are accepted, but not greeted. */
  readonly databasePaused?: true;
  readonly fewRights?: true;
  /** The after_install of broken_app no longer raises. */
  readonly mended?: true;
}

type Fault =
  | 'hang'
  | 'deaf'
  | 'kill'
  | 'lose'
  | 'disk-full'
  | 'database-down'
  | 'redis-down'
  | 'flood'
  | 'talk'
  | 'lie';

export const rootPassword = 'canary-root-pw';

const python = findPython();
/** For `skip`: why this machine cannot run a stand-in, or false. */
export const noStandIn = python === undefined ? 'there is no python3 of 3.9 or later on this machine' : false;

export interface StandInBench {
  readonly path: string;
  readonly config: BenchConfig;
  readonly host: SiteHost;
  /** The bench's. */
  readonly redis: Server;
  /** Turns the switches; those left out are off. */
  turn(switches: Switches): Promise<void>;
  /** Waits until a command hangs where a switch said so; the processes of it, the driver's among them. */
  reached(): Promise<readonly number[]>;
  /** Reads a file below the bench as JSON; undefined when there is none. */
  read(file: string): Promise<unknown>;
  /** Logs in as on Frappe, over HTTP; the response's status. */
  login(siteName: string, usr: string, pwd: string): Promise<number>;
}

/** Closes everything at the end of a test, or of another owner. */
interface Closer {
  after(close: () => unknown): void;
}

/** A folder that is a bench as far as our driver can tell, with a web server for its sites. */
export async function openStandInBench(
  t: Closer,
  {
    exec = [],
    withoutWeb = false,
    templates = true,
    owner,
    ...database
  }: BenchConfig['database'] & {
    readonly exec?: readonly string[];
    readonly withoutWeb?: boolean;
    readonly templates?: boolean;
    /** The uid of the bench's owner; this process's by default. */
    readonly owner?: number;
  } = {},
): Promise<StandInBench> {
  const path = await mkdtemp(join(tmpdir(), 'stand-in-bench-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  // As much of a Redis as the driver needs: it responds.
  const redis = createTcpServer((socket) => socket.on('error', () => {}).end('+PONG\r\n'));
  for (const folder of ['sites', 'env/bin', 'database/users']) await mkdir(join(path, folder), { recursive: true });
  await writeFile(join(path, 'sites/apps.txt'), 'frappe\nerpnext\ndemo_app\nbroken_app\n');
  await writeFile(
    join(path, 'sites/common_site_config.json'),
    JSON.stringify({
      db_host: '127.0.0.1',
      root_login: 'root',
      root_password: rootPassword,
      redis_cache: `redis://127.0.0.1:${await listen(t, redis)}`,
      webserver_port: 8000, // as `bench init` writes it
    }),
  );
  await writeFile(join(path, 'database/users/root@localhost'), JSON.stringify(digestOf(rootPassword)));
  // The bench's own copy: its user may be another one, who cannot read this repository's folder.
  for (const folder of ['stand-in', 'captures']) {
    await cp(join(import.meta.dirname, folder), join(path, 'env', folder), { recursive: true });
  }
  // BENCH marks the bench's processes.
  const wrapper = `#!/bin/sh\nBENCH='${path}' PATH="${join(path, 'env/stand-in/bin')}:$PATH" PYTHONPATH='${join(path, 'env/stand-in')}' exec '${python}' -sB "$@"\n`;
  await writeFile(join(path, 'env/bin/python'), wrapper);
  await chmod(join(path, 'env/bin/python'), 0o755);

  const read = async (file: string): Promise<unknown> =>
    JSON.parse((await textOf(join(path, file))) ?? 'null') ?? undefined;
  const turn = async (switches: Switches): Promise<void> => {
    await writeFile(join(path, 'turning.json'), JSON.stringify(switches));
    await rename(join(path, 'turning.json'), join(path, 'stand-in.json'));
  };
  const webUrl = await serveSites(t, read, turn);
  if (owner !== undefined) {
    for (const file of ['.', ...(await readdir(path, { recursive: true }))])
      await chown(join(path, file), owner, owner);
  }
  const config = { path, exec, database, templates, ...(withoutWeb ? {} : { webUrl }) };
  return {
    path,
    config,
    host: openBenchHost(config, siteUrl),
    redis,
    read,
    async turn(switches) {
      await rm(join(path, 'reached.json'), { force: true });
      await turn(switches);
    },
    async reached() {
      const watcher = watch(path);
      try {
        for (;;) {
          // Before the check, so that a change in between is not missed.
          const changed = once(watcher, 'change');
          const found = (await read('reached.json')) as { readonly pids: readonly number[] } | undefined;
          if (found) return found.pids;
          await changed;
        }
      } finally {
        watcher.close();
      }
    },
    login: (siteName, usr, pwd) => logIn(webUrl, siteName, usr, pwd),
  };
}

/** Logs in on a site that a web server serves by its Host header; the response's status. */
export async function logIn(webUrl: string, siteName: string, usr: string, pwd: string): Promise<number> {
  const headers = { host: siteName, 'content-type': 'application/x-www-form-urlencoded' };
  const sent = request(new URL('/api/method/login', webUrl), { method: 'POST', headers });
  sent.end(new URLSearchParams({ usr, pwd }).toString());
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

/** Ping and log-in of every site, found by the Host header as Frappe does. */
async function serveSites(t: Closer, read: StandInBench['read'], turn: StandInBench['turn']): Promise<string> {
  const server = createServer(async (asked, response) => {
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    const config = (await read(`sites/${asked.headers.host}/site_config.json`)) as { db_name: string } | undefined;
    const rows = config && ((await read(`database/${config.db_name}.json`)) as Rows | undefined);
    if (!rows) return answer(404, {});
    if (asked.url === '/api/method/ping') return answer(200, { message: 'pong' });
    const { 'log-in': fault, ...others } = ((await read('stand-in.json')) ?? {}) as Switches;
    if (fault === 'fails-once') await turn(others);
    if (fault === 'database-down') await turn({ databaseDown: 1 });
    if (fault !== undefined) return answer(500, {});
    const form = new URLSearchParams(Buffer.concat(await Array.fromAsync(asked)).toString());
    const [salt, digest] = rows.users[form.get('usr')?.toLowerCase() ?? '']?.password ?? [];
    if (digest !== digestOf(`${salt}${form.get('pwd')}`)) return answer(401, { message: 'Invalid Login' });
    return answer(200, { message: 'Logged In' });
  });
  t.after(() => server.closeAllConnections());
  return `http://127.0.0.1:${await listen(t, server)}`;
}

/** Listens until the test ends. Resolves to the port. */
async function listen(t: Closer, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Rows {
  readonly users: Readonly<Record<string, { readonly password?: readonly [string, string] }>>;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

function findPython(): string | undefined {
  const question = 'import sys; print(sys.executable if sys.version_info >= (3, 9) else "")';
  // The machine's own first: other users may not be able to read a user's own.
  for (const name of ['/usr/bin/python3', 'python3']) {
    try {
      const found = execFileSync(name, ['-c', question], { encoding: 'utf8' }).trim();
      if (found !== '') return found;
    } catch {
      // No program has this name.
    }
  }
  return undefined;
}
