import { join } from 'node:path';
import type { SecretKey } from './company/secret-box.ts';
import type { Config } from './config.ts';
import { type Database, openEmbeddedPostgres, openPostgres } from './database/open-database.ts';
import { developmentKeys } from './embedded/development-keys.ts';
import { type Mailbox, openMailbox } from './embedded/mailbox.ts';
import { openPglite } from './embedded/pglite.ts';
import { openEmbeddedRedis } from './embedded/redis.ts';
import type { Log } from './log.ts';

/** What a process runs on: as configured, or the embedded default. */
export interface Resources {
  readonly database: Database;
  readonly redisUrl: string;
  readonly smtpUrl: string;
  /** The inbox that takes all mail when no SMTP server is configured. */
  readonly mailbox: Mailbox | undefined;
  readonly secretKeys: readonly [SecretKey, ...SecretKey[]];
  readonly jwtSecret: string;
  /** True when no secret for tokens is configured, so that whoever sits at this machine is signed in. */
  readonly signedIn: boolean;
}

/** Opens what the configuration names, and the embedded default for the rest; `closing` closes it all. */
export async function openResources(config: Config, closing: AsyncDisposableStack, log: Log): Promise<Resources> {
  const embedded = (part: string, replacedBy: keyof Config): void =>
    log.warn(`${part}: embedded, for development only. ${replacedBy} replaces it.`);

  const database = await openConfiguredDatabase();
  const redisUrl = config.REDIS_URL ?? (await startRedis());
  const mailbox = config.SMTP_URL === undefined ? await startMailbox() : undefined;
  const keys = developmentKeys(config.DATA_DIR);
  if (!config.SECRET_KEYS) embedded(`Key for passwords in ${config.DATA_DIR}`, 'SECRET_KEYS');
  if (!config.AUTH_JWT_SECRET) embedded('A viewer who is signed in on this machine', 'AUTH_JWT_SECRET');
  return {
    database,
    redisUrl,
    smtpUrl: config.SMTP_URL ?? mailbox?.url ?? '',
    mailbox,
    secretKeys: config.SECRET_KEYS ?? [{ id: 'development', bytes: Buffer.from(keys.secretKey, 'base64') }],
    jwtSecret: config.AUTH_JWT_SECRET ?? keys.jwtSecret,
    signedIn: config.AUTH_JWT_SECRET === undefined,
  };

  async function openConfiguredDatabase(): Promise<Database> {
    if (config.DATABASE_URL !== undefined) {
      const postgres = openPostgres(config.DATABASE_URL);
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

  async function startRedis(): Promise<string> {
    const redis = await openEmbeddedRedis(config.DATA_DIR);
    closing.defer(() => redis.close());
    embedded(`Redis (${redis.description})`, 'REDIS_URL');
    return redis.url;
  }

  async function startMailbox(): Promise<Mailbox> {
    const mailbox = await openMailbox();
    closing.defer(() => mailbox.close());
    embedded('Mail goes to the inbox at /inbox', 'SMTP_URL');
    return mailbox;
  }
}
