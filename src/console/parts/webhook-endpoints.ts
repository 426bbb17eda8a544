import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import {
  CreateEndpointDocument,
  type ListedEndpointFragment,
  WebhookDeliveriesDocument,
  type WebhookDeliveriesQuery,
  WebhookEndpointsDocument,
} from '../operations.ts';
import { accessList } from './access-list.ts';
import { endpointActions } from './endpoint-actions.ts';
import { ago } from './words.ts';

type Deliveries = WebhookDeliveriesQuery['webhookDeliveries']['edges'];

/** Where partners' programs are told what happens, and what they were sent. */
export function webhookEndpoints(app: App, signal: AbortSignal): { view(): TemplateResult } {
  const deliveries = new Map<string, Deliveries>();
  const list = accessList(app, async () =>
    (await app.request(WebhookEndpointsDocument, {}, signal)).webhookEndpoints.edges.map(({ node }) => node),
  );

  async function create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const url = String(new FormData(form).get('url')).trim();
    const isMade = await list.change(async () => {
      const { createWebhookEndpoint: answer } = await app.request(CreateEndpointDocument, { input: { url } });
      if (answer.__typename === 'WebhookSecretSuccess')
        return { message: answer.message, secret: answer.secret, isProblem: false };
      const faults =
        answer.__typename === 'ValidationError' ? answer.faults.map(({ message }) => message) : [answer.message];
      return { message: faults.join(' '), isProblem: true };
    });
    if (isMade) form.reset();
  }

  const actions = endpointActions(app, list.change);

  async function readDeliveries(endpointId: string): Promise<void> {
    const { webhookDeliveries } = await app.request(WebhookDeliveriesDocument, { endpointId }, signal);
    deliveries.set(endpointId, webhookDeliveries.edges);
    app.update();
  }

  const row = (endpoint: ListedEndpointFragment): TemplateResult => {
    const { id, url, description, eventTypes, failingSince, disabledAt } = endpoint;
    return html`<li>
    <div class="title">
      <div>
        <code>${url}</code> <bdi>${description}</bdi>
        <p class="note">${eventTypes.join(', ')}${disabledAt ? html`; <strong>disabled ${ago(disabledAt)}</strong>` : failingSince ? html`; <strong>failing since ${ago(failingSince)}</strong>` : nothing}</p>
      </div>
      ${actions(endpoint)}
    </div>
    <details @toggle=${(event: Event) => (event.target as HTMLDetailsElement).open && readDeliveries(id)}>
      <summary>Newest deliveries</summary>${deliveriesView(deliveries.get(id))}
    </details>
  </li>`;
  };

  return {
    view: () => html`<section class="sheet">
      <h2>Webhook endpoints</h2>
      <p class="note">Where your programs are told when a company is ready or has failed. You are mailed when an endpoint of yours is disabled because it fails.</p>
      ${list.outcome()}
      ${list.view(row, 'No endpoint yet.')}
      <details><summary>New endpoint</summary>
        <form class="resend" novalidate @submit=${create}>
          <label>Address<input name="url" type="url" placeholder="https://" autocomplete="off"></label>
          <div><button class="primary">Create endpoint</button></div>
        </form>
      </details>
    </section>`,
  };
}

function deliveriesView(deliveries: Deliveries | undefined): TemplateResult {
  if (!deliveries) return html`<p class="note">Loading…</p>`;
  if (deliveries.length === 0) return html`<p class="note">Nothing was sent yet.</p>`;
  return html`<ol class="lines">${deliveries.map(
    ({ node: { type, state, companyId, attempts, responseStatus, createdAt } }) => html`<li>
      <code>${type}</code> ${companyId ? html`<a href="/console/companies/${companyId}">${companyId}</a>` : nothing}
      <p class="note">${state.toLowerCase().replace('_', ' ')}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${responseStatus ? `, answered with ${responseStatus}` : ''}, queued ${ago(createdAt)}</p>
    </li>`,
  )}</ol>`;
}
