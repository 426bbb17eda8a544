import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openBell } from '../jobs/bell.ts';
import { openWorker } from '../jobs/worker.ts';
import { openAccess } from './access/access.ts';
import { type Viewer, viewer } from './access/viewer.ts';
import { secretBox } from './company/secret-box.ts';
import type { Config } from './config.ts';
import { inboxContentSecurityPolicy } from './embedded/inbox-page.ts';
import type { Mailbox } from './embedded/mailbox.ts';
import { type Api, openApi, type Page } from './http/api.ts';
import { openHealth } from './http/health.ts';
import { openHealthServer } from './http/health-server.ts';
import type { HttpServer } from './http/http-server.ts';
import { openCompanyChannel } from './live/company-channel.ts';
import { openCompanyStreams } from './live/company-stream.ts';
import type { Log } from './log.ts';
import { loadMailTemplates } from './mail/render-mail.ts';
import { openSmtp } from './mail/smtp.ts';
import { openMetrics } from './metrics.ts';
import { openSiteHost, sandboxSites } from './open-site-host.ts';
import type { LeaseTimes } from './provisioning/lease.ts';
import { sandboxWebsite } from './provisioning/sandbox/website.ts';
import type { SiteHost } from './provisioning/site-host.ts';
import { readBacklog } from './read-backlog.ts';
import { openResources } from './resources.ts';

export interface Service {
  /** Where the API listens, or the health of a worker alone; undefined without either. */
  readonly port: number | undefined;
  readonly siteUrl: (siteName: string) => string;
  /** The embedded inbox, when no SMTP server is configured. */
  readonly mailbox: Mailbox | undefined;
  /** What tokens are signed with. */
  readonly jwtSecret: string;
  /** Ends everything in reverse order; work that is under way is handed on. */
  close(): Promise<void>;
}

/** Who is signed in on the embedded default: he may try everything. */
const developmentViewer: Viewer = viewer('developer', 'developer@company-provisioning.example', [
  'customer',
  'operator',
]);

/** The lease ends soon enough for a dead worker's company to be taken up again within 15 s. */
const leaseTimes = { lease: 10_000, heartbeat: 2_000 };

/** Opens the API, the worker or both in this process, on what is configured or embedded. */
export async function openService(
  config: Config,
  parts: { api: boolean; worker: boolean },
  log: Log,
  { host: given, times = leaseTimes }: { host?: SiteHost; times?: Omit<LeaseTimes, 'attempt'> } = {},
): Promise<Service> {
  await using closing = new AsyncDisposableStack();
  const host = given ?? (await openSiteHost(config, log));
  const resources = await openResources(config, closing, log);
  const { database, redisUrl, mailbox } = resources;
  for (const name of await database.migrate()) log.info({ migration: name }, 'migrated');

  const { em } = database;
  const secrets = secretBox(resources.secretKeys);
  const channel = openCompanyChannel(redisUrl, log);
  closing.defer(() => channel.close());
  const metrics = openMetrics();
  const health = openHealth({
    checks: {
      postgresql: { ask: () => database.ping(), variable: 'DATABASE_URL' },
      redis: { ask: () => channel.ping(), variable: 'REDIS_URL' },
    },
    backlog: () => readBacklog(em),
    metrics,
    log,
  });
  const bell = openBell(channel, redisUrl, metrics, log);
  closing.defer(() => bell.close());
  const siteUrlAt = (port: number) => (siteName: string) =>
    (config.SITE_URL_TEMPLATE ?? `http://{site}:${port}/`).replace('{site}', siteName);

  const api = parts.api ? await startApi() : undefined;
  const siteUrl = siteUrlAt(api?.port ?? config.PORT);
  const healthServer = parts.api ? undefined : await startHealthServer(config.WORKER_PORT);
  if (parts.worker) startWorker();

  const opened = closing.move();
  return {
    port: (api ?? healthServer)?.port,
    siteUrl,
    mailbox,
    jwtSecret: resources.jwtSecret,
    close() {
      health.close();
      return opened.disposeAsync();
    },
  };

  async function startApi(): Promise<Api> {
    const ownHosts = config.PUBLIC_URL === undefined ? [] : [new URL(config.PUBLIC_URL).hostname];
    const streams = openCompanyStreams(em, channel, log);
    const api = await openApi((port) => ({ em, bell, secrets, streams, apps, ownHosts, siteUrl: siteUrlAt(port) }), {
      host: config.HOST,
      port: config.PORT,
      access: openAccess(resources.jwtSecret, resources.signedIn ? developmentViewer : undefined),
      health,
      metrics,
      ...(config.BENCH_PATH === undefined ? { sites: sandboxSitesOf(config, log) } : {}),
      ...(mailbox ? { pages: inboxOf(mailbox) } : {}),
      log,
    });
    closing.defer(() => api.close());
    return api;
  }

  async function startHealthServer(port: number | undefined): Promise<HttpServer | undefined> {
    if (port === undefined) return undefined;
    const server = await openHealthServer(health, { host: config.HOST, port, metrics, log });
    closing.defer(() => server.close());
    return server;
  }

  function startWorker(): void {
    const smtp = openSmtp(
      resources.smtpUrl,
      config.MAIL_FROM ?? 'Company Provisioning <no-reply@company-provisioning.example>',
    );
    closing.defer(() => smtp.close());
    const worker = openWorker(
      {
        em,
        bell,
        secrets,
        host,
        times: { ...times, attempt: config.PROVISION_TIMEOUT_SECONDS * 1_000 },
        worker: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
        metrics,
        log,
      },
      {
        em,
        secrets,
        smtp,
        render: loadMailTemplates(),
        siteUrl,
        supportEmail: config.SUPPORT_EMAIL ?? 'support@company-provisioning.example',
        sandbox: host.kind === 'sandbox',
        metrics,
        log,
      },
      { redisUrl, concurrency: config.WORKER_CONCURRENCY, waitingAlarm: config.WAITING_ALARM_SECONDS * 1_000 },
    );
    closing.defer(() => worker.close());
  }

  async function apps(): Promise<{ offered: readonly string[]; byDefault: readonly string[] }> {
    const offered = await host.offeredApps();
    return { offered, byDefault: offered.filter((app) => app === 'erpnext') };
  }
}

const inboxOf =
  (mailbox: Mailbox) =>
  (path: string): Page | undefined => {
    const page = mailbox.page(path);
    return (
      page && {
        status: page.status,
        headers: { 'content-type': page.contentType, 'content-security-policy': inboxContentSecurityPolicy },
        body: page.body,
      }
    );
  };

const sandboxSitesOf = (config: Config, log: Log) =>
  sandboxWebsite({
    directory: sandboxSites(config),
    onError: (error) => log.error({ err: error }, 'sandbox site failed'),
  });
