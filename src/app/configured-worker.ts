import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openWorker } from '../../jobs/worker.ts';
import type { Config } from '../config/variables.ts';
import { openMailAccount } from '../mail/mail-account.ts';
import { loadMailTemplates } from '../mail/render-mail.ts';
import { openSmtp } from '../mail/smtp.ts';
import type { SmtpSettings } from '../mail/smtp-settings.ts';
import type { AttemptDeps } from '../provisioning/attempt.ts';
import type { LeaseTimes } from '../provisioning/lease.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { attemptLimit } from '../webhooks/deliver-messages.ts';
import type { RetrySchedule } from '../webhooks/retry-schedule.ts';
import { messageSender } from '../webhooks/send-message.ts';
import { accessUrl, companyUrls } from './page-addresses.ts';

/** What a worker shares with the rest of its process. */
export interface WorkerResources extends Omit<AttemptDeps, 'times' | 'worker'> {
  readonly redis: RedisServer;
  readonly smtp: SmtpSettings;
  readonly siteUrl: (siteName: string) => string;
  /** Webhooks may go to this machine. */
  readonly allowLoopback: boolean;
}

export interface WorkerTimes {
  readonly lease: Omit<LeaseTimes, 'attempt'>;
  readonly webhookRetries: RetrySchedule;
}

/** Opens the worker as configured, under a name that no other process has. */
export function openConfiguredWorker(
  config: Config,
  { redis, smtp: smtpSettings, siteUrl, allowLoopback, ...shared }: WorkerResources,
  times: WorkerTimes,
): { close(): Promise<void> } {
  const { db, secrets, host, metrics, liveness, log } = shared;
  const common = { db, secrets, siteUrl, metrics, liveness, log };
  const smtp = openSmtp(
    smtpSettings,
    config.MAIL_FROM ?? 'Company Provisioning <no-reply@company-provisioning.example>',
  );
  const worker = openWorker(
    {
      ...shared,
      times: { ...times.lease, attempt: config.PROVISION_TIMEOUT_SECONDS * 1_000 },
      worker: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
    },
    {
      ...common,
      smtp,
      account: openMailAccount(metrics, log),
      render: loadMailTemplates(),
      companyUrl: companyUrls(config),
      accessUrl: accessUrl(config),
      supportEmail: config.SUPPORT_EMAIL ?? 'support@company-provisioning.example',
      usualTimeZone: config.BENCH_TIME_ZONE,
      sandbox: host.kind === 'sandbox',
    },
    {
      ...common,
      sender: messageSender({ allowLoopback, timeoutMs: attemptLimit }),
      schedule: times.webhookRetries,
    },
    {
      redis,
      concurrency: config.WORKER_CONCURRENCY,
      attemptsAtOnce: config.ATTEMPTS_AT_ONCE,
      waitingAlarm: config.WAITING_ALARM_SECONDS * 1_000,
    },
  );
  return {
    async close() {
      await worker.close();
      smtp.close();
    },
  };
}
