import type { PGlite } from '@electric-sql/pglite';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as PgliteORM } from '@mikro-orm/pglite';
import { MikroORM as PostgresORM } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { PostgresDialect } from 'kysely';
import { ApiKeySchema } from '../company/api-key.ts';
import { AuditEntrySchema } from '../company/audit-entry.ts';
import { Company } from '../company/company.ts';
import { CompanyEvent } from '../company/company-event.ts';
import { CompanyYearSchema } from '../company/company-year.ts';
import { LogLineSchema } from '../company/log-line.ts';
import { MailAccountSchema } from '../company/mail-account.ts';
import { OutboxMail } from '../company/outbox-mail.ts';
import { QuotaOverrideSchema } from '../company/quota-override.ts';
import { RevocationSchema } from '../company/revocation.ts';
import type { Db, Tables } from '../company/tables.ts';
import { WebhookCursorSchema } from '../company/webhook-cursor.ts';
import { WebhookDeliverySchema } from '../company/webhook-delivery.ts';
import { WebhookEndpointSchema } from '../company/webhook-endpoint.ts';
import { WorkerSchema } from '../company/worker.ts';
import type { Log } from '../observability/log.ts';
import { type DatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import { DeploymentSchema } from './deployment.ts';
import { UnsuitableDatabase } from './inspect-session.ts';
import { CreateCompany } from './migrations/20261122-create-company.ts';
import { Operate } from './migrations/20261123-operate.ts';
import { AddressCorrected } from './migrations/20261125-address-corrected.ts';
import { Attempts } from './migrations/20261125-attempts.ts';
import { AddAuditEntry } from './migrations/20261125-audit.ts';
import { EventKinds } from './migrations/20261125-event-kinds.ts';
import { Identity } from './migrations/20261125-identity.ts';
import { AddMailAccount } from './migrations/20261125-mail-account.ts';
import { OneSequence } from './migrations/20261125-one-sequence.ts';
import { Quotas } from './migrations/20261125-quotas.ts';
import { RequestDigest } from './migrations/20261125-request-digest.ts';
import { AddRetrying } from './migrations/20261125-retrying.ts';
import { AddRevocation } from './migrations/20261125-revocation.ts';
import { TimeZone } from './migrations/20261125-time-zone.ts';
import { Turns } from './migrations/20261125-turns.ts';
import { AddWorker } from './migrations/20261125-worker.ts';
import { AddApiKey } from './migrations/20261126-api-keys.ts';
import { AddAuditTarget } from './migrations/20261126-audit-target.ts';
import { AddAuditTenant } from './migrations/20261126-audit-tenant.ts';
import { Corrections } from './migrations/20261126-corrections.ts';
import { EventPositions } from './migrations/20261126-event-positions.ts';
import { Listings } from './migrations/20261126-listings.ts';
import { Locale } from './migrations/20261126-locale.ts';
import { AddLogLine } from './migrations/20261126-log.ts';
import { MailedFailure } from './migrations/20261126-mailed-failure.ts';
import { QuotaCounts } from './migrations/20261126-quota-counts.ts';
import { AddQuotaOverride } from './migrations/20261126-quota-overrides.ts';
import { References } from './migrations/20261126-references.ts';
import { EndpointMails } from './migrations/20261127-endpoint-mails.ts';
import { AddWebhookPublicKeys } from './migrations/20261127-webhook-public-keys.ts';
import { AddWebhooks } from './migrations/20261127-webhooks.ts';
import { ServerPool } from './server-pool.ts';
import { withLimits, withoutLimits } from './session-settings.ts';
import { createTextIndex, textIndexMissing } from './text-index.ts';
import { rejectAsUnusable } from './unusable-database.ts';

export interface Database {
  /** For what use cases ask. MikroORM gives its types, the schema, the migrations and the pool; the queries are Kysely's. */
  readonly db: Db;
  /** For what belongs to the database itself: migrations, and which deployment it is. */
  readonly em: SqlEntityManager;
  /**
   * Applies the migrations that are missing; several processes may do so at once. Returns their names. `onWait` hears
   * of having to wait for another process, `onSlowSearch` of the lack of an index, which is logged by default. Rejects
   * with UnusableDatabase.
   */
  migrate(onWait?: () => void, onSlowSearch?: () => void): Promise<string[]>;
  /** Resolves when the database takes writes; rejects when it does not or is unavailable. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const options = {
  entities: [
    Company,
    CompanyEvent,
    CompanyYearSchema,
    OutboxMail,
    MailAccountSchema,
    WorkerSchema,
    DeploymentSchema,
    AuditEntrySchema,
    QuotaOverrideSchema,
    RevocationSchema,
    LogLineSchema,
    ApiKeySchema,
    WebhookEndpointSchema,
    WebhookDeliverySchema,
    WebhookCursorSchema,
  ],
  extensions: [Migrator],
  // Entities are never loaded: the query builder reads and writes rows, and nothing is kept in an identity map.
  allowGlobalContext: true,
  migrations: {
    migrationsList: [
      CreateCompany,
      Operate,
      EventKinds,
      AddRetrying,
      Identity,
      TimeZone,
      RequestDigest,
      OneSequence,
      Turns,
      Quotas,
      AddMailAccount,
      AddWorker,
      Attempts,
      AddAuditEntry,
      AddressCorrected,
      AddRevocation,
      AddAuditTarget,
      Listings,
      EventPositions,
      AddAuditTenant,
      References,
      AddLogLine,
      Corrections,
      AddApiKey,
      QuotaCounts,
      Locale,
      AddQuotaOverride,
      MailedFailure,
      AddWebhooks,
      AddWebhookPublicKeys,
      EndpointMails,
    ],
    snapshot: false,
    silent: true,
  },
};

/** How long an answer may take, in milliseconds: longer than the server's own limit of a statement. */
const answerLimit = 20_000;

/** PostgreSQL at `url`, which is read as libpq reads it. Connects on first use; moves to another server are logged. */
export function openPostgres(url: string, log?: Log): Database {
  const parsed = parseDatabaseUrl(url);
  const pool = new ServerPool(parsed, { settings: withLimits, max: 10, answerLimit, log });
  const orm = new PostgresORM({ ...options, dbName: 'postgres', driverOptions: new PostgresDialect({ pool }) });
  return {
    db: orm.em.getKysely<Tables>(),
    em: orm.em,
    migrate: (onWait, onSlowSearch = () => log?.warn(textIndexMissing)) =>
      migratePostgres(parsed, onWait, onSlowSearch).catch(rejectAsUnusable),
    ping: () => pool.ask(probe),
    close: () => orm.close(),
  };
}

/** An embedded PostgreSQL, which its owner closes. */
export function openEmbeddedPostgres(pglite: PGlite): Database {
  const orm = new PgliteORM({ ...options, dbName: 'postgres', driverOptions: { pglite: () => pglite } });
  return {
    db: orm.em.getKysely<Tables>(),
    em: orm.em,
    // One process, one connection: nobody to wait for.
    async migrate() {
      const applied = await orm.migrator.up();
      await createTextIndex(orm.em);
      return applied.map(({ name }) => name);
    },
    async ping() {
      await orm.em.execute(probe);
    },
    close: () => orm.close(),
  };
}

/** Updates nothing, but is refused wherever an update would be. */
const probe = 'update company set version = version where false';

/** Migrates in the first schema of the search path. One process does so, the others wait for it. */
async function migratePostgres(
  url: DatabaseUrl,
  onWait: (() => void) | undefined,
  onSlowSearch: () => void,
): Promise<string[]> {
  const pool = new ServerPool(url, { settings: withoutLimits, max: 2 });
  try {
    const { database, schema } = await whereItIs(pool);
    const orm = new PostgresORM({
      ...options,
      // Otherwise MikroORM makes a database that has another name than this one, and a table of migrations in another schema.
      dbName: database,
      schema,
      driverOptions: new PostgresDialect({ pool }),
    });
    const applied = await orm.em.fork().transactional(async (transaction) => {
      const key = `hashtext('company provisioning migrations')`;
      const [lock] = await transaction.execute<{ taken: boolean }[]>(
        `select pg_try_advisory_xact_lock(${key}) as taken`,
      );
      if (!lock?.taken) {
        onWait?.();
        await transaction.execute(`select pg_advisory_xact_lock(${key})`);
      }
      const migrations = await orm.migrator.up();
      if (!(await createTextIndex(transaction))) onSlowSearch();
      return migrations;
    });
    await checkRights(orm.em);
    return applied.map(({ name }) => name);
  } finally {
    await pool.end();
  }
}

/** Rejects unless this role may do to every table what requests and jobs do. The audit log is appended to and never changed. */
async function checkRights(em: SqlEntityManager): Promise<void> {
  const tables = [...em.getMetadata().getAll().values()].map(({ tableName }) => tableName);
  const missing = await em.execute<{ role: string; right: string }[]>(
    `select current_user as role, name || ': ' || privilege as right
      from string_to_array(?, ',') as names, unnest(names) as tables (name), unnest(array['select', 'insert', 'update']) as rights (privilege)
      where not has_table_privilege(name, privilege) and (name, privilege) <> ('audit_entry', 'update')
      union all select current_user, 'log_line: delete' where not has_table_privilege('log_line', 'delete')
      union all select current_user, 'company: delete' where not has_table_privilege('company', 'delete')
      union all select current_user, name || ': usage'
        from unnest(array['company_number', 'company_event_number']) as sequences (name) where not has_sequence_privilege(name, 'usage')`,
    [tables.join()],
  );
  const [first] = missing;
  if (first)
    throw new UnsuitableDatabase(
      `The role ${first.role} lacks rights (${missing.map(({ right }) => right).join(', ')}). Grant those that the README lists`,
    );
}

async function whereItIs(pool: ServerPool): Promise<{ database: string; schema: string }> {
  const client = await pool.checkOut();
  try {
    const { rows } = await client.query<{ database: string; schema: string | null }>(
      'select current_database() as database, current_schema() as schema',
    );
    const [{ database, schema } = { database: '', schema: null }] = rows;
    if (schema === null) throw new UnsuitableDatabase('None of the schemas in search_path exists; create one');
    return { database, schema };
  } finally {
    client.release();
  }
}
