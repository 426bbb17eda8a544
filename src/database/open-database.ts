import type { PGlite } from '@electric-sql/pglite';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as PgliteORM } from '@mikro-orm/pglite';
import { MikroORM as PostgresORM } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { type Pool, types } from 'pg';
import { Company } from '../company/company.ts';
import { CompanyEvent } from '../company/company-event.ts';
import { OutboxMail } from '../company/outbox-mail.ts';
import { isRefusedStatement } from '../company/persist.ts';
import { CreateCompany } from './migrations/20261122-create-company.ts';
import { Operate } from './migrations/20261123-operate.ts';

export interface Database {
  readonly em: SqlEntityManager;
  /** Applies the migrations that are missing; several processes may do so at once. Returns their names. */
  migrate(): Promise<string[]>;
  /** Resolves when a statement came back; rejects when the database is away. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database is not to be reached, hung up or is just starting: whoever starts us tries again. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';

  constructor(cause: unknown) {
    super(`PostgreSQL is away: ${cause instanceof Error ? cause.message : cause}. Start it, or look at DATABASE_URL.`, {
      cause,
    });
  }
}

const options = {
  entities: [Company, CompanyEvent, OutboxMail],
  extensions: [Migrator],
  // Every request, job and reader uses the query builder or a fork of its own; nothing is kept in an identity map.
  allowGlobalContext: true,
  migrations: { migrationsList: [CreateCompany, Operate], snapshot: false, silent: true },
};

/** PostgreSQL at `url`. Times out instead of waiting for ever, and gives terminated backends' connections back to the pool. */
export const openPostgres = (url: string): Database =>
  database(
    new PostgresORM({
      ...options,
      clientUrl: url,
      pool: { max: 10 },
      driverOptions: {
        connectionTimeoutMillis: 5_000,
        statement_timeout: 15_000,
        // The same on our side, for a server or a network that says nothing any more.
        query_timeout: 20_000,
        lock_timeout: 10_000,
        idle_in_transaction_session_timeout: 30_000,
        keepAlive: true,
        // MikroORM's own parsers leave moments as text; queries read rows as they are, so moments are Dates.
        types,
        onPoolCreated,
      },
    }),
    // Several processes may start at once: one migrates, the others wait for it.
    (em, work) =>
      em.fork().transactional(async (transaction) => {
        await transaction.execute(`select pg_advisory_xact_lock(hashtext('company provisioning migrations'))`);
        return work();
      }),
  );

/** An embedded PostgreSQL, which its owner closes. */
export const openEmbeddedPostgres = (pglite: PGlite): Database =>
  database(
    new PgliteORM({ ...options, dbName: 'postgres', driverOptions: { pglite: () => pglite } }),
    // One process, one connection: nobody to wait for.
    (_em, work) => work(),
  );

function onPoolCreated(pool: Pool): void {
  // A terminated backend leaks its connection otherwise (kysely #1990).
  pool.on('connect', (client) =>
    client.on('error', () => {
      try {
        client.release(true);
        // Kysely releases it once more, which must not turn a statement that came back into an error.
        client.release = () => {};
      } catch {
        // It was in the pool and not in use: the pool has dropped it already.
      }
    }),
  );
}

/** What both drivers' ORMs have in common, as far as we need it. */
interface Orm {
  readonly em: SqlEntityManager;
  readonly migrator: { up(): Promise<{ name: string }[]> };
  close(): Promise<void>;
}

function database(orm: Orm, alone: <T>(em: SqlEntityManager, work: () => Promise<T>) => Promise<T>): Database {
  const { em } = orm;
  return {
    em,
    async migrate() {
      try {
        const applied = await alone(em, () => orm.migrator.up());
        return applied.map(({ name }) => name);
      } catch (error) {
        throw isRefusedStatement(error) ? error : new DatabaseAway(error);
      }
    },
    async ping() {
      await em.execute('select 1');
    },
    close: () => orm.close(),
  };
}
