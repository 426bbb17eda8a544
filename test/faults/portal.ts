import { ownerOfConnection } from '../support/connection-owner.ts';
import { tokenOf } from '../support/processes.ts';
import { createWebhookEndpoint } from '../support/webhook-endpoint.ts';
import {
  type Manner,
  openWebhookReceiver,
  type ReceivedMessage,
  type WebhookReceiver,
} from '../support/webhook-receiver.ts';
import type { Cluster } from './cluster.ts';
import type { Incarnation } from './node.ts';

/** A message that the portal has received, and the worker that sent it; undefined when that was dead or paused already. */
export interface SentMessage {
  readonly message: ReceivedMessage;
  readonly sender: Incarnation | undefined;
}

/** A message that the portal has accepted, and answers only once `answer` is called. */
export interface HeldMessage extends SentMessage {
  answer(): void;
}

/** A program of the customers that receives every event of their companies by webhooks, and fails them in every way. */
export interface Portal extends Pick<WebhookReceiver, 'faults' | 'restart'> {
  readonly customers: readonly string[];
  /** In the order of arrival. */
  readonly messages: readonly SentMessage[];
  kill(): Promise<void>;
  /** Until the returned function is called it treats messages in these manners, one after the other. */
  misbehave(manners: readonly Manner[]): () => void;
  /** Resolves with a customer's message that it accepts, after this many others. Rejects when the signal aborts before. */
  hold(customer: string, after: number, signal: AbortSignal): Promise<HeldMessage>;
}

interface Wait {
  readonly customer: string;
  left: number;
  readonly hold: (held: HeldMessage) => void;
}

/** Opens it, with an endpoint for each customer, which an operator makes for them. */
export async function openPortal(cluster: Cluster, customers: readonly string[]): Promise<Portal> {
  const secrets = new Map<string, string>();
  const messages: SentMessage[] = [];
  const misbehaviours: Iterator<Manner>[] = [];
  const waits = new Set<Wait>();

  const receiver = await openWebhookReceiver({
    secret: (customer) => secrets.get(customer),
    manner: () => misbehaviours.at(-1)?.next().value ?? 204,
    async beforeAnswer(message) {
      const sent = { message, sender: senderOf(cluster, message) };
      messages.push(sent);
      const wait = waits.values().find(({ customer }) => customer === message.endpoint);
      if (!wait || !message.isAccepted) return;
      wait.left -= 1;
      if (wait.left >= 0) return;
      waits.delete(wait);
      await new Promise<void>((answer) => wait.hold({ ...sent, answer }));
    },
  });

  const token = await tokenOf('olga', 'operator');
  const [api = ''] = cluster.urls;
  for (const customer of customers)
    secrets.set(
      customer,
      await createWebhookEndpoint({ api, token, url: receiver.urlOf(customer), subject: customer }),
    );

  return {
    customers,
    messages,
    faults: receiver.faults,
    kill: receiver.kill,
    restart: receiver.restart,
    misbehave(manners) {
      const misbehaviour = inTurn(manners);
      misbehaviours.push(misbehaviour);
      return () => void misbehaviours.splice(misbehaviours.indexOf(misbehaviour), 1);
    },
    hold(customer, after, signal) {
      const { promise, resolve: hold, reject } = Promise.withResolvers<HeldMessage>();
      waits.add({ customer, left: after, hold });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      return promise;
    },
  };
}

function* inTurn(manners: readonly Manner[]): Generator<Manner> {
  for (;;) yield* manners;
}

function senderOf(cluster: Cluster, { port }: ReceivedMessage): Incarnation | undefined {
  const running = cluster.workers.map(({ incarnation }) => incarnation);
  const pid = ownerOfConnection(
    port,
    running.map(({ program }) => program.pid),
  );
  return running.find(({ program }) => program.pid === pid);
}
