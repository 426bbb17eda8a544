import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import {
  DeleteEndpointDocument,
  type ListedEndpointFragment,
  RotateSecretDocument,
  TestEndpointDocument,
  UpdateEndpointDocument,
} from '../operations.ts';
import type { AccessList } from './access-list.ts';

type Change = AccessList<ListedEndpointFragment>['change'];

/** What can be done with an endpoint that exists. */
export function endpointActions(app: App, change: Change): (endpoint: ListedEndpointFragment) => TemplateResult {
  const test = (endpointId: string) =>
    change(async () => {
      const { sendTestWebhook: answer } = await app.request(TestEndpointDocument, { endpointId });
      return { message: answer.message, isProblem: answer.__typename !== 'SendTestWebhookSuccess' };
    });

  const enable = (endpointId: string, enabled: boolean) =>
    change(async () => {
      const { updateWebhookEndpoint: answer } = await app.request(UpdateEndpointDocument, {
        endpointId,
        input: { enabled },
      });
      return { message: answer.message, isProblem: answer.__typename !== 'WebhookEndpointSuccess' };
    });

  const rotate = (endpointId: string) =>
    change(async () => {
      const { rotateWebhookSecret: answer } = await app.request(RotateSecretDocument, { endpointId });
      if (answer.__typename !== 'WebhookSecretSuccess') return { message: answer.message, isProblem: true };
      return { message: answer.message, secret: answer.secret, isProblem: false };
    });

  const remove = (endpointId: string) =>
    change(async () => {
      const { deleteWebhookEndpoint: answer } = await app.request(DeleteEndpointDocument, { endpointId });
      return { message: answer.message, isProblem: answer.__typename !== 'DeleteWebhookEndpointSuccess' };
    });

  return ({ id, url, disabledAt }) => {
    const button = (name: string, act: () => Promise<unknown>, question?: string, isDanger = false): TemplateResult =>
      html`<button class=${isDanger ? 'danger' : ''} aria-label="${name}: ${url}"
        @click=${() => (question === undefined || confirm(question)) && act()}>${name}</button>`;
    return html`<div class="buttons">
      ${
        disabledAt
          ? button('Enable', () => enable(id, true))
          : [
              button('Send a test', () => test(id)),
              button('Disable', () => enable(id, false), `Send nothing more to ${url}? What waits is given up.`),
            ]
      }
      ${button('New secret', () => rotate(id), `Make a new secret for ${url}? The present one is accepted for 24 hours more.`)}
      ${button('Delete', () => remove(id), `Delete ${url}? It cannot be undone.`, true)}
    </div>`;
  };
}
