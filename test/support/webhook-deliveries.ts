import { pino } from 'pino';
import { openWebhooks } from '../../jobs/webhooks.ts';
import type { EventKind } from '../../src/company/event-kind.ts';
import { openLiveness, type Repetition } from '../../src/observability/liveness.ts';
import { openMetrics } from '../../src/observability/metrics.ts';
import type { WebhookDeps } from '../../src/webhooks/deliver-messages.ts';
import { createEndpoint, type EndpointRow } from '../../src/webhooks/endpoints.ts';
import type { SentKind } from '../../src/webhooks/message-type.ts';
import { messageSender } from '../../src/webhooks/send-message.ts';
import type { CompanyStore } from './company-store.ts';
import { type Manner, openWebhookReceiver, type ReceivedMessage, type WebhookReceiver } from './webhook-receiver.ts';

/** A receiver, and the endpoint that is its address. */
export interface ReceivingEndpoint extends WebhookReceiver {
  readonly endpoint: EndpointRow;
  /** What it has accepted of a company: the versions of its events, in the order of arrival. */
  acceptedOf(companyId: string): readonly number[];
  answer(manner: (message: Pick<ReceivedMessage, 'id' | 'body'>) => Manner): void;
  close(): Promise<void>;
}

export const webhookDeps = (store: CompanyStore, changes: Partial<WebhookDeps> = {}): WebhookDeps => ({
  db: store.db,
  secrets: store.secrets,
  sender: messageSender({ allowLoopback: true, timeoutMs: 5_000 }),
  siteUrl: (siteName) => `https://${siteName}`,
  schedule: [20, 20, 20],
  metrics: openMetrics(),
  liveness: openLiveness(),
  log: pino({ level: 'silent' }),
  ...changes,
});

/** A worker's part that sends webhooks. */
export const startWebhooks = (store: CompanyStore, changes: Partial<WebhookDeps> = {}): Repetition =>
  openWebhooks(webhookDeps(store, changes));

export async function openReceivingEndpoint(
  store: CompanyStore,
  {
    owner = store.jane.owner,
    kinds = ['SUCCEEDED', 'FAILED'],
    contactEmail = null,
  }: { owner?: string; kinds?: readonly SentKind[]; contactEmail?: string | null } = {},
): Promise<ReceivingEndpoint> {
  let manner: (message: Pick<ReceivedMessage, 'id' | 'body'>) => Manner = () => 200;
  let secret = '';
  const receiver = await openWebhookReceiver({ secret: () => secret, manner: (message) => manner(message) });
  const settings = { url: receiver.url, kinds, description: '', contactEmail, owner, createdBy: 'test' };
  const created = await createEndpoint(store, settings);
  if (!created) throw new Error('The owner has as many endpoints as they may.');
  secret = created.secret ?? '';
  return {
    ...receiver,
    endpoint: created.row,
    acceptedOf: (companyId) =>
      receiver.received
        .filter(({ isAccepted }) => isAccepted)
        .map(({ body }) => JSON.parse(body).data)
        .filter((data) => data.companyId === companyId)
        .map(({ version }) => version),
    answer(chosen) {
      manner = chosen;
    },
    close: () => receiver.kill(),
  };
}

/** Appends an event to a company behind the domain's back. */
export async function appendEvent(
  store: CompanyStore,
  companyId: string,
  kind: EventKind = 'CORRECTED',
): Promise<void> {
  await store.em.execute(
    `with moved as (update company set version = version + 1 where id = ? returning *)
     insert into company_event (company_id, version, attempt, kind, status, site_status, progress, message)
     select id, version, attempt, ?, status, site_status, progress, 'Something happened.' from moved`,
    [companyId, kind],
  );
}
