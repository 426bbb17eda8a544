import type { MailDeps } from '../src/mail/deliver-mail.ts';
import type { AttemptDeps } from '../src/provisioning/attempt.ts';
import type { RedisServer } from '../src/redis/redis-server.ts';
import type { WebhookDeps } from '../src/webhooks/deliver-messages.ts';
import { openMailWorker } from './deliver-mail.job.ts';
import { openHeartbeat } from './heartbeat.ts';
import { openProvisionWorker } from './provision-company.job.ts';
import { openReconciler } from './reconciler.ts';
import { openWebhooks } from './webhooks.ts';

export interface WorkerOptions {
  readonly redis: RedisServer;
  /** How many companies are provisioned at once. */
  readonly concurrency: number;
  /** How many companies of one customer or partner are provisioned at once, by all workers together. */
  readonly attemptsAtOnce: number;
  /** How long a company may wait before a warning is logged, in milliseconds. */
  readonly waitingAlarm: number;
}

/** Handles what is queued: provisions companies, delivers mails, sends webhooks, and enqueues again what got lost. */
export function openWorker(
  provisioning: AttemptDeps,
  mail: MailDeps,
  webhooks: WebhookDeps,
  options: WorkerOptions,
): { close(): Promise<void> } {
  const { db, notifier, metrics, liveness, log } = provisioning;
  const heartbeat = openHeartbeat(provisioning);
  const provisioner = openProvisionWorker(provisioning, { ...options, log });
  const mailer = openMailWorker(mail, { ...options, log });
  const webhookLoop = openWebhooks(webhooks);
  const { waitingAlarm, attemptsAtOnce } = options;
  const reconciler = openReconciler({
    db,
    notifier,
    queues: { provision: provisioner, mail: mailer },
    waitingAlarm,
    attemptsAtOnce,
    metrics,
    liveness,
    log,
  });
  return {
    async close() {
      await Promise.all([
        heartbeat.close(),
        reconciler.close(),
        provisioner.close(),
        mailer.close(),
        webhookLoop.close(),
      ]);
    },
  };
}
