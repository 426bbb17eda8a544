import type { Slots } from '../common/slots.ts';
import type { Db } from '../company/tables.ts';
import { retryWhileUnavailable } from '../database/retry-while-unavailable.ts';
import { type Liveness, turnLimit } from '../observability/liveness.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type Outcome, recordOutcome, releaseDelivery, type TakenDelivery, takeDueDeliveries } from './deliveries.ts';
import { bodyOf } from './message-body.ts';
import { pauseAfter, type RetrySchedule } from './retry-schedule.ts';
import type { Answer, MessageSender } from './send-message.ts';

export interface WebhookDeps {
  readonly db: Db;
  readonly secrets: SecretBox;
  readonly sender: MessageSender;
  readonly siteUrl: (siteName: string) => string;
  readonly schedule: RetrySchedule;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

export interface SenderDeps extends WebhookDeps {
  /** For statements: however many messages are sent, connections are left for leases and attempts. */
  readonly statements: Slots;
}

/** How many messages are sent to one endpoint at once. */
const atOnce = 8;
/** How long an attempt may take, in milliseconds. */
export const attemptLimit = 15_000;
/** How long recording an outcome waits for an unavailable database, in milliseconds. */
const recordLimit = 60_000;

/**
 * Sends what may be sent to an endpoint now, each message once, and resolves to whether there was anything. What was not received
 * is sent again later, with the same `webhook-id`, and so is what was sent by a worker that died before it recorded that.
 */
export async function deliverMessages(deps: SenderDeps, endpointId: string, signal: AbortSignal): Promise<boolean> {
  using _messages = deps.liveness.watch('webhook', attemptLimit + recordLimit + turnLimit);
  const taken = await deps.statements.run(() => takeDueDeliveries(deps.db, endpointId, atOnce));
  await Promise.all(taken.map((delivery) => attemptDelivery(deps, delivery, signal)));
  return taken.length > 0;
}

async function attemptDelivery(deps: SenderDeps, delivery: TakenDelivery, signal: AbortSignal): Promise<void> {
  const { db, statements, sender, metrics, log } = deps;
  let answer: Answer;
  try {
    answer = await sender.send(messageOf(deps, delivery), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return statements.run(() => releaseDelivery(db, delivery));
  }
  const outcome = outcomeOf(deps, delivery, answer);
  metrics.webhookAttempted(outcome.endpoint === 'works' ? 'delivered' : 'failed', answer.durationMs / 1_000);
  // What was received must not look unsent because the database is unavailable: it would be sent again.
  const inTime = AbortSignal.timeout(recordLimit);
  const record = () => statements.run(() => recordOutcome(db, delivery, outcome));
  const reason = await retryWhileUnavailable(record, inTime);
  if (reason) log.warn({ endpoint: delivery.endpoint_id, reason }, 'a webhook endpoint was disabled');
}

function messageOf({ secrets, siteUrl }: WebhookDeps, delivery: TakenDelivery) {
  const { id, url, endpoint_id: owner, sealed_secret, sealed_previous_secret } = delivery;
  const sealed = sealed_previous_secret === null ? [sealed_secret] : [sealed_secret, sealed_previous_secret];
  return {
    id,
    url,
    body: bodyOf(delivery, siteUrl),
    sentAt: delivery.taken_at,
    secrets: sealed.map((secret) => secrets.open(secret, owner)),
  };
}

/** A test message is sent once, and fails for itself alone, unless the endpoint says that it is gone. */
function outcomeOf({ schedule }: WebhookDeps, { kind, failures }: TakenDelivery, answer: Answer): Outcome {
  const status = answer.kind === 'answered' ? answer.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { answer, pause: undefined, endpoint: 'works' };
  if (status === 410) return { answer, pause: undefined, endpoint: 'is gone' };
  if (kind === 'TEST') return { answer, pause: undefined, endpoint: undefined };
  return { answer, pause: pauseAfter(schedule, failures + 1), endpoint: 'fails' };
}
