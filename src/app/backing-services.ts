import { join } from 'node:path';
import type { Config } from '../config/variables.ts';
import { type Database, openEmbeddedPostgres, openPostgres } from '../database/open-database.ts';
import { developmentKeys } from '../embedded/development-keys.ts';
import { type Mailbox, openMailbox } from '../embedded/mailbox.ts';
import { openPglite } from '../embedded/pglite.ts';
import { openEmbeddedRedis } from '../embedded/redis.ts';
import { readSmtpUrl, type SmtpSettings } from '../mail/smtp-settings.ts';
import type { Log } from '../observability/log.ts';
import { type RedisSettings, readRedisUrl } from '../redis/redis-settings.ts';
import type { SecretKey } from '../secrets/secret-box.ts';

/** What a process runs on: as configured, or the embedded default. */
export interface Resources {
  readonly database: Database;
  readonly redis: RedisSettings;
  readonly smtp: SmtpSettings;
  /** The inbox that takes all mail when no SMTP server is configured. */
  readonly mailbox: Mailbox | undefined;
  readonly secretKeys: readonly [SecretKey, ...SecretKey[]];
}

/**
 * Opens what the configuration names, and the embedded default for the rest; `closing` closes it all. The data folder
 * is touched for what is embedded, and for nothing else.
 */
export async function openResources(config: Config, closing: AsyncDisposableStack, log: Log): Promise<Resources> {
  const embedded = (part: string, replacedBy: keyof Config): void =>
    log.warn(`${part}: embedded, for development only. ${replacedBy} replaces it.`);

  const database = await openConfiguredDatabase();
  const redis = config.REDIS_URL ?? (await startRedis());
  const { smtp, mailbox } =
    config.SMTP_URL === undefined ? await startMailbox() : { smtp: config.SMTP_URL, mailbox: undefined };
  return {
    database,
    redis,
    smtp,
    mailbox,
    secretKeys: config.SECRET_KEYS ?? [developmentKey()],
  };

  function developmentKey(): SecretKey {
    embedded(`Key for passwords in ${config.DATA_DIR}`, 'SECRET_KEYS');
    return { id: 'development', bytes: Buffer.from(developmentKeys(config.DATA_DIR).secretKey, 'base64') };
  }

  async function openConfiguredDatabase(): Promise<Database> {
    if (config.DATABASE_URL !== undefined) {
      const postgres = openPostgres(config.DATABASE_URL, log);
      closing.defer(() => postgres.close());
      return postgres;
    }
    embedded(`PostgreSQL (PGlite) in ${join(config.DATA_DIR, 'postgres')}`, 'DATABASE_URL');
    const { pglite, close } = await openPglite(config.DATA_DIR);
    closing.defer(close);
    const postgres = openEmbeddedPostgres(pglite);
    closing.defer(() => postgres.close());
    return postgres;
  }

  async function startRedis(): Promise<RedisSettings> {
    const redis = await openEmbeddedRedis(config.DATA_DIR);
    closing.defer(() => redis.close());
    embedded(`Redis (${redis.description})`, 'REDIS_URL');
    return readRedisUrl(redis.url);
  }

  async function startMailbox(): Promise<{ smtp: SmtpSettings; mailbox: Mailbox }> {
    const folder = join(config.DATA_DIR, 'inbox');
    const mailbox = await openMailbox(folder);
    closing.defer(() => mailbox.close());
    embedded('Mail goes to the inbox at /inbox', 'SMTP_URL');
    if (mailbox.broken > 0)
      log.warn({ folder, files: mailbox.broken }, 'files in the inbox are not mails and are not shown');
    return { smtp: readSmtpUrl(mailbox.url), mailbox };
  }
}
