import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresPoolClient } from 'kysely';
import type { ClientBase, PoolClient } from 'pg';
import type { PreparedStatements } from './prepared-statements.ts';
import { endsConnection, isOfPreparation, isReadOnly, isWorthRepeating } from './sql-state.ts';

/** What a session needs of the pool that its connections come from. */
interface Connections {
  checkOut(): Promise<PoolClient>;
  leaveServerOf(client: PoolClient): void;
  localSettings(client: ClientBase): string | undefined;
  readonly prepared: PreparedStatements;
}

/** How long a statement that was rolled back through no fault of its own is repeated, in milliseconds. */
const patience = 5_000;
const shortestPause = 20;
const longestPause = 500;

/** A connection as Kysely uses it: for a statement or for a transaction. */
export class ServerSession implements PostgresPoolClient {
  readonly #connections: Connections;
  #client: PoolClient;
  #isReleased = false;
  #isBroken = false;

  constructor(connections: Connections, client: PoolClient) {
    this.#connections = connections;
    this.#client = client;
    client.on('error', this.#onError);
  }

  // Cast: Kysely asks with a cursor only where it was given a class of cursors.
  readonly query = ((sql: string, values: readonly unknown[]) =>
    this.#query(sql, values)) as PostgresPoolClient['query'];

  /** Returns the connection to its pool, unless it is no longer usable. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#client.off('error', this.#onError);
    this.#client.release(this.#isBroken);
  }

  /** Repeats a statement that was rolled back through no fault of its own, unless it is a part of a transaction. */
  async #query(sql: string, values: readonly unknown[]): Promise<unknown> {
    const until = performance.now() + patience;
    for (let wait = shortestPause; ; wait = Math.min(wait * 2, longestPause)) {
      const isOfTransaction = isInTransaction(this.#client);
      try {
        return await this.#run(sql, values);
      } catch (error) {
        if (endsConnection(error)) this.#isBroken = true;
        if (isReadOnly(error) || isSilence(error)) this.#connections.leaveServerOf(this.#client);
        if (isOfTransaction || !isWorthRepeating(error) || performance.now() > until) throw error;
      }
      await pause(wait * (0.5 + Math.random()));
      if (this.#isBroken) await this.#connectAgain(until);
    }
  }

  /** Where a pooler has not passed the settings on, a statement is a transaction in which they are set. */
  async #run(sql: string, values: readonly unknown[]): Promise<unknown> {
    const client = this.#client;
    const settings = this.#connections.localSettings(client);
    if (isInTransaction(client)) return client.query(sql, [...values]);
    if (settings === undefined) return this.#runPrepared(sql, [...values]);
    if (/^(begin|start transaction)\b/.test(sql)) return client.query(`${sql}; ${settings}`);

    await client.query(`begin; ${settings}`);
    try {
      const result = await client.query(sql, [...values]);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {
        // The connection is lost, and the transaction with it.
      });
      throw error;
    }
  }

  /** A prepared statement that the server cannot run any more, since a migration or a pooler came between, is run as it is. */
  async #runPrepared(text: string, values: unknown[]): Promise<unknown> {
    const { prepared } = this.#connections;
    const name = prepared.nameOf(text);
    try {
      return await this.#client.query({ text, values, ...(name === undefined ? {} : { name }) });
    } catch (error) {
      if (name === undefined || !isOfPreparation(error)) throw error;
      prepared.stop();
      return this.#client.query(text, values);
    }
  }

  /** A connection that breaks in a transaction would never be released (kysely #1990). */
  readonly #onError = (): void => {
    this.#isBroken = true;
    this.release();
  };

  async #connectAgain(until: number): Promise<void> {
    this.release();
    for (;;) {
      try {
        this.#client = await this.#connections.checkOut();
        break;
      } catch (error) {
        if (performance.now() > until) throw error;
        await pause(longestPause);
      }
    }
    this.#isReleased = false;
    this.#isBroken = false;
    this.#client.on('error', this.#onError);
  }
}

const isInTransaction = (client: ClientBase): boolean => client.getTransactionStatus() !== 'I';

/** The answer did not come in time, and may still come: to the connection's next user. */
const isSilence = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';
