import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import { type OwnerQuotasFragment, type QuotaFragment, QuotasDocument } from '../operations.ts';

/** The limits, by their names in the API, as people read them. */
export const quotaNames = {
  companiesPerDay: 'Companies created within a day',
  companiesWaiting: 'Companies in the queue',
  attemptsAtOnce: 'Companies provisioned at once',
  requestsPerMinute: 'Requests within a minute',
  streams: 'Open streams',
} as const;
export type QuotaName = keyof typeof quotaNames;
export const eachQuota = Object.keys(quotaNames) as readonly QuotaName[]; // it has these alone

/** How much of each limit is used. */
export function quotas(app: App, signal: AbortSignal): { view(): TemplateResult } {
  let known: OwnerQuotasFragment | undefined;
  app.request(QuotasDocument, {}, signal).then(
    (result) => {
      known = result.quotas;
      app.update();
    },
    // The other parts of the screen say what is wrong.
    () => {},
  );
  return { view: () => (known ? quotasView(known) : html``) };
}

const quotasView = (quotas: OwnerQuotasFragment): TemplateResult => html`<section class="sheet">
  <h2>Quotas</h2>
  <p class="note">Of the ${quotas.owner.tenant ? 'tenant' : 'subject'} <bdi>${quotas.owner.tenant ?? quotas.owner.subject}</bdi>.</p>
  <ol class="lines">${eachQuota.map((name) => line(quotaNames[name], quotas[name]))}</ol>
</section>`;

const line = (name: string, { used, limit }: QuotaFragment): TemplateResult => html`<li>
  <div class="title"><span>${name}</span><span class="note">${used.toLocaleString('en')} of ${limit.toLocaleString('en')}</span></div>
  <progress max=${limit} value=${used} aria-label=${name}></progress>
</li>`;
