import { setTimeout as pause } from 'node:timers/promises';
import { tokenOf } from '../support/processes.ts';
import { createWebhookEndpoint } from '../support/webhook-endpoint.ts';
import { type Manner, openWebhookReceiver } from '../support/webhook-receiver.ts';
import type { Consumer } from './consumers.ts';

/** Takes every event of some subjects' companies by webhooks, and ignores a `webhook-id` that it had before. */
export interface WebhookConsumer extends Consumer {
  /** How often a message was accepted once more. */
  readonly copies: number;
  /** What was received that is not a message, or that the reference library does not verify. */
  readonly faults: readonly string[];
  /** It is killed, and starts again after so many milliseconds. */
  restart(after: number): Promise<void>;
}

/** One message of 50 is not treated well; of these, one of ten keeps its sender waiting for the longest time. */
const badShare = 0.02;
const manners: readonly Manner[] = [
  500,
  503,
  302,
  'lie',
  'slow',
  'hang up',
  'accept and hang up',
  'break off',
  'endless',
  'hang',
];

export async function openWebhookConsumer(api: string, subjects: readonly string[]): Promise<WebhookConsumer> {
  const secrets = new Map<string, string>();
  const taken = new Map<string, string>();
  const counts = { lost: 0, copies: 0 };
  const receiver = await openWebhookReceiver({
    secret: (subject) => secrets.get(subject),
    manner: () => (Math.random() < badShare ? (manners[Math.floor(Math.random() * manners.length)] ?? 204) : 204),
    async beforeAnswer({ id, body, isAccepted }) {
      const { companyId, version } = JSON.parse(body).data;
      if (!isAccepted) counts.lost += 1;
      else if (taken.has(id)) counts.copies += 1;
      else taken.set(id, `${companyId} ${version}`);
    },
  });
  const token = await tokenOf('dashboard', 'operator');
  for (const subject of subjects)
    secrets.set(subject, await createWebhookEndpoint({ api, token, url: receiver.urlOf(subject), subject }));
  return {
    way: 'webhooks',
    order: 'company',
    get taken() {
      return [...taken.values()];
    },
    get lost() {
      return counts.lost;
    },
    get copies() {
      return counts.copies;
    },
    faults: receiver.faults,
    async restart(after) {
      await receiver.kill();
      await pause(after);
      await receiver.restart();
    },
    end: receiver.kill,
  };
}
