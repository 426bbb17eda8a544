import { deliverMail, type MailDeps } from '../src/mail/deliver-mail.ts';
import type { EndpointId } from '../src/mail/outbox.ts';
import type { Log } from '../src/observability/log.ts';
import type { RedisServer } from '../src/redis/redis-server.ts';
import { type JobWorker, openJobWorker } from './job-queue.ts';

export const mailQueue = 'mail';

/** How many companies' mails are sent at once. */
const concurrency = 5;

/** Delivers the mails of the companies that the queue names, and those about endpoints, which the reconciler finds. */
export const openMailWorker = (deps: MailDeps, options: { redis: RedisServer; log: Log }): JobWorker<EndpointId> =>
  openJobWorker(mailQueue, options.redis, concurrency, (subject) => deliverMail(deps, subject), options.log);
