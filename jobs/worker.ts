import type { MailDeps } from '../src/mail/deliver-mail.ts';
import type { ProvisioningDeps } from '../src/provisioning/provision-company.ts';
import { openMailWorker } from './deliver-mail.job.ts';
import { openProvisionWorker } from './provision-company.job.ts';
import { openReconciler } from './reconciler.ts';

export interface WorkerOptions {
  readonly redisUrl: string;
  /** How many companies are provisioned at once. */
  readonly concurrency: number;
  /** How long a company may wait before the log tells of it, in milliseconds. */
  readonly waitingAlarm: number;
}

/** Works off what is queued: provisions companies, delivers mails, and rings again for what got lost. */
export function openWorker(
  provisioning: ProvisioningDeps,
  mail: MailDeps,
  options: WorkerOptions,
): { close(): Promise<void> } {
  const { em, bell, metrics, log } = provisioning;
  const provisioner = openProvisionWorker(provisioning, { ...options, log });
  const postman = openMailWorker(mail, { ...options, log });
  const { waitingAlarm } = options;
  const reconciler = openReconciler({
    em,
    bell,
    queues: { provision: provisioner, mail: postman },
    waitingAlarm,
    metrics,
    log,
  });
  return {
    async close() {
      await Promise.all([reconciler.close(), provisioner.close(), postman.close()]);
    },
  };
}
