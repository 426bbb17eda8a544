import { openJobQueues } from '../../jobs/job-queues.ts';
import { openRescuer } from '../../jobs/rescuer.ts';
import { openApiKeyRing } from '../access/api-key-ring.ts';
import { openRevocations } from '../access/revoked-tokens.ts';
import { openAudit } from '../audit/audit.ts';
import { openNotifier } from '../company/notifier.ts';
import type { Config } from '../config/variables.ts';
import { openDeployment } from '../database/deployment.ts';
import { refusalOf, rejectAsUnusable } from '../database/unusable-database.ts';
import type { Mailbox } from '../embedded/mailbox.ts';
import { openApi } from '../http/api.ts';
import { openHealth } from '../http/health.ts';
import { serveHealth } from '../http/health-server.ts';
import { type HttpServer, openHttpServer } from '../http/http-server.ts';
import { openCompanyChannel } from '../live/company-channel.ts';
import { openCompanyReader } from '../live/company-reader.ts';
import { openCompanyStreams } from '../live/company-stream.ts';
import { openEventLog } from '../live/event-log.ts';
import { openLogStreams } from '../live/log-stream.ts';
import { openLiveness } from '../observability/liveness.ts';
import { type Log, logOnChange } from '../observability/log.ts';
import { openMetrics } from '../observability/metrics.ts';
import type { LeaseTimes } from '../provisioning/lease.ts';
import { openMoments } from '../provisioning/live-workers.ts';
import type { SiteHost } from '../provisioning/site-host.ts';
import { openRedisServer } from '../redis/redis-server.ts';
import { RedisUnavailable } from '../redis/redis-unavailable.ts';
import { watchRedis } from '../redis/watch-redis.ts';
import { followRevocations } from '../revocation/follow-revocations.ts';
import { secretBox } from '../secrets/secret-box.ts';
import { type RetrySchedule, usualSchedule } from '../webhooks/retry-schedule.ts';
import { openResources } from './backing-services.ts';
import { openConfiguredWorker } from './configured-worker.ts';
import { openLimits } from './limits.ts';
import { openSiteHost, siteUrls } from './open-site-host.ts';
import { hasGraphiQL, type PageAddresses, pageAddresses } from './page-addresses.ts';
import { inboxOf, sandboxSitesOf } from './pages.ts';
import { readBacklog } from './read-backlog.ts';
import { reportNeededKeys } from './report-needed-keys.ts';
import { openSignIn, type SignIn, signsInDeveloper } from './sign-in.ts';

export interface Service {
  /** Where the API listens, or the health of a worker alone; undefined without either. */
  readonly port: number | undefined;
  readonly siteUrl: (siteName: string) => string;
  /** The embedded inbox, when no SMTP server is configured. */
  readonly mailbox: Mailbox | undefined;
  /** What tokens are signed with; empty without an API. */
  readonly jwtSecret: string;
  /** What signs in the user of this machine, as a Bearer token or in the address of a page. */
  readonly signInToken: string | undefined;
  readonly pages: PageAddresses;
  /** Closes everything in reverse order; work under way is released for other workers. */
  close(): Promise<void>;
}

/** The lease expires soon enough for a dead worker's company to be taken over within 15 s. */
const leaseTimes = { lease: 10_000, heartbeat: 2_000 };

/** Opens the API, the worker or both in this process, on what is configured or embedded. */
export async function openService(
  config: Config,
  parts: { api: boolean; worker: boolean },
  log: Log,
  {
    host: given,
    times = leaseTimes,
    webhookRetries = usualSchedule,
  }: { host?: SiteHost; times?: Omit<LeaseTimes, 'attempt'>; webhookRetries?: RetrySchedule } = {},
): Promise<Service> {
  await using closing = new AsyncDisposableStack();
  const metrics = openMetrics();
  const liveness = openLiveness();
  // An unavailable port is reported before anything is started or migrated.
  const http = await listen();
  const host = given ?? (await openSiteHost(config, log));
  const resources = await openResources(config, closing, log);
  const { database, mailbox } = resources;
  const waiting = (): void => log.info('waiting for another process that is migrating');
  for (const name of await database.migrate(waiting)) log.info({ migration: name }, 'migrated');

  const { db } = database;
  await reportNeededKeys(db, resources.secretKeys, log);
  const deployment = await openDeployment(database.em, { moved: false });
  if (deployment.renewed)
    log.warn(
      deployment.renewed,
      'this database is a copy: its unfinished companies and mails were given new identities',
    );
  const secrets = secretBox(resources.secretKeys);
  const redis = openRedisServer(resources.redis, deployment.id, log);
  const channel = openCompanyChannel(redis, log);
  closing.defer(() => channel.close());
  const queues = openJobQueues(redis, metrics, log);
  closing.defer(() => queues.close());
  const notifier = openNotifier({
    watchers: channel.announce,
    workers: queues.provisioning.add,
    mailers: queues.mail.add,
    readers: channel.announceLines,
  });
  const redisWatch = watchRedis(redis, {
    probe: () => Promise.all([channel.probe(), queues.probe()]),
    whileUnsure: channel.notifyAll,
    liveness,
    log,
  });
  closing.defer(async () => redisWatch.close());
  const health = openHealth({
    checks: {
      postgresql: { ask: () => database.ping(), refusalOf, variable: 'DATABASE_URL' },
      redis: {
        ask: redisWatch.check,
        refusalOf: (error) => (error instanceof RedisUnavailable ? error.refusal : undefined),
        variable: 'REDIS_URL',
      },
    },
    backlog: () => readBacklog(db),
    liveness,
    metrics,
    log,
  });
  const sitesPort = (parts.api && http?.port) || config.PORT;
  const siteUrl = siteUrls(config, sitesPort);
  /** Webhooks may go to this machine. */
  const allowLoopback = config.NODE_ENV !== 'production';

  const revocations = openRevocations();
  const keysUnread = logOnChange((err) => log.warn({ err }, 'could not read API keys'));
  const apiKeys = openApiKeyRing(db, revocations, ({ message }) => keysUnread(message));
  const signIn = parts.api ? openSignIn(config, { revocations, apiKeys }, secrets, log) : undefined;
  if (http && signIn) await startApi(http, signIn);
  else if (http) serveHealth(http, health);
  const rescuer = openRescuer({ db, notifier, metrics, liveness, log });
  closing.defer(() => rescuer.close());
  if (parts.worker) {
    const { smtp } = resources;
    const shared = { db, notifier, secrets, host, redis, smtp, siteUrl, allowLoopback, metrics, liveness, log };
    const worker = openConfiguredWorker(config, shared, { lease: times, webhookRetries });
    closing.defer(() => worker.close());
  }

  const opened = closing.move();
  return {
    port: http?.port,
    siteUrl,
    mailbox,
    jwtSecret: signIn?.jwtSecret ?? '',
    signInToken: signIn?.local?.token,
    pages: http && signIn ? pageAddresses(config, http.port, signIn.local) : {},
    close() {
      health.close();
      return opened.disposeAsync();
    },
  };

  async function listen(): Promise<HttpServer | undefined> {
    const port = parts.api ? config.PORT : config.WORKER_PORT;
    if (port === undefined) return undefined;
    const variable = parts.api ? 'PORT' : 'WORKER_PORT';
    const server = await openHttpServer({ host: config.HOST, port, variable, metrics, log });
    closing.defer(() => server.close());
    return server;
  }

  async function startApi(http: HttpServer, { access, local }: SignIn): Promise<void> {
    const ownHosts = [config.PUBLIC_URL, config.CONSOLE_URL].flatMap((url) =>
      url === undefined ? [] : [new URL(url).hostname],
    );
    const audit = openAudit(db, log);
    closing.defer(() => audit.close());
    const followed = await followRevocations(db, revocations, { liveness, log }).catch(rejectAsUnusable);
    closing.defer(() => followed.close());
    const streams = openCompanyStreams(db, channel, { liveness, log });
    const companies = openCompanyReader(db);
    const logs = openLogStreams(db, { channel, companies });
    const eventLog = openEventLog(db, channel, { liveness, log });
    const limits = openLimits(config, { db, redis, log });
    closing.defer(() => limits.close());
    const deps = {
      db,
      notifier,
      secrets,
      companies,
      streams,
      logs,
      eventLog,
      moment: openMoments(db),
      apps: () => host.offeredApps(),
      ownHosts,
      siteDomains: config.SITE_DOMAINS,
      quotas: limits.configured,
      usage: limits.viewers,
      siteUrl,
      allowLoopback,
      audit,
      longestTokenLife: config.AUTH_LONGEST_TOKEN_SECONDS,
      refreshRevocations: followed.refresh,
    };
    const api = openApi(http, deps, {
      access,
      revocations,
      graphiql: hasGraphiQL(config) ? { link: signsInDeveloper(config) ? local?.link : undefined } : undefined,
      console: { link: signsInDeveloper(config) ? local?.link : undefined, signInPage: config.CONSOLE_SIGN_IN_URL },
      trustedProxies: config.TRUSTED_PROXIES,
      limits: limits.viewers,
      seesSchema: ({ seesAll }) => config.INTROSPECTION === 'signed-in' || seesAll,
      health,
      metrics,
      ...(config.BENCH_PATH === undefined ? { sites: sandboxSitesOf(config, log) } : {}),
      ...(mailbox && local ? { pages: { link: local.link, at: inboxOf(mailbox) } } : {}),
      log,
    });
    closing.defer(() => api.close());
  }
}
