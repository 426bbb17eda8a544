import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { type ClientBase, type ClientConfig, Pool, type PoolClient } from 'pg';
import type { Log } from '../observability/log.ts';
import { ChannelBindingClient, ChannelNotBound } from './channel-binding.ts';
import type { DatabaseUrl } from './database-url.ts';
import { inspectSession, ReadOnlyServer, refusesWrites, UnsuitableDatabase } from './inspect-session.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { ServerSession } from './server-session.ts';
import { localSettings, type SessionSettings, startUpOptions } from './session-settings.ts';
import { endsConnection, isReadOnly, sqlStateOf } from './sql-state.ts';

export interface ServerPoolOptions {
  readonly settings: SessionSettings;
  /** How many connections there are at most. */
  readonly max: number;
  /** How long an answer may take, in milliseconds, before the server or the network counts as silent. */
  readonly answerLimit?: number;
  /** Hears of each server that is left, and of the one that is used instead. */
  readonly log?: Log | undefined;
}

/** How often each idle connection is asked whether its server still takes writes, in milliseconds. */
const lookEvery = 5_000;
const drainPause = 100;
/** How long a fail-over is waited for, and how often is looked, in milliseconds. */
const failOverLimit = 5_000;
const failOverPause = 250;

/**
 * Connections to the one server that takes writes. They all lead to the same server, and once it takes none any more
 * all of them are given up and others made: after a fail-over the same name, or the next one, leads to another server.
 */
export class ServerPool implements PostgresPool {
  readonly options = {};
  readonly prepared = new PreparedStatements();
  readonly #url: DatabaseUrl;
  readonly #given: ServerPoolOptions;
  readonly #settings: SessionSettings;
  /** Those whose pooler has not passed the settings on. */
  readonly #withoutSettings = new WeakSet<ClientBase>();
  readonly #retired = new Set<Promise<void>>();
  readonly #looking: NodeJS.Timeout;
  /** False once a pooler has refused start-up parameters. */
  #settlesAtStart = true;
  #current: Connections | undefined;
  #finding: Promise<Connections> | undefined;
  #hasLeft = false;
  #isEnded = false;

  constructor(url: DatabaseUrl, options: ServerPoolOptions) {
    this.#url = url;
    this.#given = options;
    this.#settings = { ...options.settings, ...url.settings };
    this.#looking = setInterval(() => this.#lookAtServer(), lookEvery).unref();
  }

  /** Waits a while for a server that takes writes to come after one that does not: nothing has been asked yet. */
  async connect(): Promise<PostgresPoolClient> {
    const until = performance.now() + failOverLimit;
    for (;;) {
      try {
        const client = await this.checkOut();
        if (!this.#isEnded) return new ServerSession(this, client);
        // Kysely gives up what it gets by now without a word, and the end would wait for it.
        client.release();
        throw new DatabaseClosed();
      } catch (error) {
        if (!meetsReadOnly(error) || performance.now() > until) throw error;
        await pause(failOverPause);
      }
    }
  }

  /** One statement; it fails at once. */
  async ask(statement: string): Promise<void> {
    const client = await this.checkOut();
    try {
      await client.query(statement);
      client.release();
    } catch (error) {
      if (isReadOnly(error)) this.leaveServerOf(client);
      client.release(endsConnection(error));
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#looking);
    await this.#finding?.catch(() => {
      // Pending callers are rejected.
    });
    await Promise.all([...this.#retired, this.#current?.pool.end()]);
  }

  /** A connection for one user at a time, to the server that takes writes. */
  async checkOut(): Promise<PoolClient> {
    const connections = this.#current ?? (await this.#find());
    try {
      return await connections.pool.connect();
    } catch (error) {
      const isElsewhere = meetsReadOnly(error) || (this.#url.ways.length > 1 && endsConnection(error));
      if (isFinal(error) || !isElsewhere) throw error;
      this.#leave(connections);
      return (this.#current ?? (await this.#find())).pool.connect();
    }
  }

  /** Gives up every connection to the server that `client` is connected to. */
  leaveServerOf(client: PoolClient): void {
    if (this.#current?.all.has(client)) this.#leave(this.#current);
  }

  /** The statements by which the settings hold in a transaction, where they do not hold for the session already. */
  localSettings(client: ClientBase): string | undefined {
    return this.#withoutSettings.has(client) ? localSettings(this.#settings) : undefined;
  }

  /** Callers that need a server during the search share its result. */
  #find(): Promise<Connections> {
    this.#finding ??= this.#findServer().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  /** Tries the ways in turn, up to a server that takes writes. */
  async #findServer(): Promise<Connections> {
    if (this.#isEnded) throw new DatabaseClosed();
    const failures = new Map<string, Error>();
    for (const way of this.#url.ways) {
      const found = await this.#tryWay(way);
      if (!(found instanceof Error)) {
        this.#current = found;
        this.#tellFound(way);
        return found;
      }
      if (isFinal(found)) throw found;
      // Without TLS, if the way with TLS to the same host failed before.
      failures.set(`${way.host}:${way.port}`, found);
    }
    throw oneOf([...failures.values()]);
  }

  async #tryWay(way: ClientConfig): Promise<Connections | Error> {
    const connections = this.#openConnections(way);
    try {
      (await connections.pool.connect()).release();
      return connections;
    } catch (error) {
      await connections.pool.end();
      if (!(error instanceof Error)) throw error;
      if (!isRefusedParameter(error) || !this.#settlesAtStart) return error;
      this.#settlesAtStart = false;
      return this.#tryWay(way);
    }
  }

  #openConnections(way: ClientConfig): Connections {
    const { max, answerLimit } = this.#given;
    const pool = new Pool({
      ...way,
      ...(this.#settlesAtStart ? { options: startUpOptions(this.#settings) } : {}),
      ...(answerLimit === undefined ? {} : { query_timeout: answerLimit }),
      ...(this.#url.bindsChannel ? { Client: ChannelBindingClient } : {}),
      max,
      onConnect: (client) => this.#inspect(client),
    });
    // An idle connection that breaks leaves the pool by itself.
    pool.on('error', () => {});
    const all = new Set<PoolClient>();
    const idle = new Set<PoolClient>();
    pool.on('acquire', (client) => {
      all.add(client);
      idle.delete(client);
    });
    pool.on('release', (_error, client) => idle.add(client));
    pool.on('remove', (client) => {
      all.delete(client);
      idle.delete(client);
    });
    return { pool, all, idle };
  }

  async #inspect(client: ClientBase): Promise<void> {
    // The connection's user is notified of its end as well.
    client.on('error', () => {});
    if (client instanceof ChannelBindingClient && !client.isBound) throw new ChannelNotBound();
    if (!(await inspectSession(client, this.#settings))) this.#withoutSettings.add(client);
  }

  /** Unless another caller has left it already. */
  #leave(connections: Connections): void {
    if (connections !== this.#current) return;
    this.#current = undefined;
    this.#hasLeft = true;
    this.#given.log?.warn('PostgreSQL takes no writes there any more; every connection is made anew');
    const retired = drain(connections.pool);
    this.#retired.add(retired);
    retired.finally(() => this.#retired.delete(retired));
  }

  #tellFound({ host, port }: ClientConfig): void {
    if (this.#hasLeft) this.#given.log?.info({ host, port }, 'PostgreSQL takes writes again');
    this.#hasLeft = false;
  }

  /** Reads keep succeeding on a server that no longer takes writes, with data from before the fail-over. */
  #lookAtServer(): void {
    for (const client of this.#current?.idle ?? []) {
      refusesWrites(client).then(
        (refuses) => refuses && this.leaveServerOf(client),
        () => {
          // The connection's next user gets the error.
        },
      );
    }
  }
}

class DatabaseClosed extends Error {
  override readonly name = 'DatabaseClosed';
  override readonly message = 'The database was closed.';
}

interface Connections {
  readonly pool: Pool;
  readonly all: Set<PoolClient>;
  /** Idle connections. */
  readonly idle: Set<PoolClient>;
}

/** Ends a pool once no caller waits for one of its connections: pg would let them wait forever. */
async function drain(pool: Pool): Promise<void> {
  while (pool.waitingCount > 0) await pause(drainPause);
  await pool.end();
}

/** It says nothing about the server, or another way will not help. */
const isFinal = (error: unknown): boolean =>
  (error instanceof Error && error.message === 'timeout exceeded when trying to connect') ||
  error instanceof UnsuitableDatabase ||
  error instanceof ChannelNotBound;

const meetsReadOnly = (error: unknown): boolean =>
  error instanceof ReadOnlyServer || (error instanceof AggregateError && error.errors.some(meetsReadOnly));

/** PgBouncer knows few start-up parameters, and refuses the others unless it is configured to ignore them. */
const isRefusedParameter = (error: Error): boolean =>
  sqlStateOf(error) === '08P01' && /startup parameter/.test(error.message);

/** The errors of several hosts as one. */
const oneOf = ([first, ...others]: readonly Error[]): Error | undefined =>
  first && others.length > 0 ? new AggregateError([first, ...others], 'No host is of use') : first;
