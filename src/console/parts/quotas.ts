import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import { type QuotaFragment, QuotasDocument, type QuotasQuery } from '../operations.ts';

/** How much of each limit is used. */
export function quotas(app: App, signal: AbortSignal): { view(): TemplateResult } {
  let known: QuotasQuery['quotas'] | undefined;
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

const quotasView = ({ owner, ...quota }: QuotasQuery['quotas']): TemplateResult => html`<section class="sheet">
  <h2>Quotas</h2>
  <p class="note">Of the ${owner.tenant ? 'tenant' : 'subject'} <bdi>${owner.tenant ?? owner.subject}</bdi>.</p>
  <ol class="lines">
    ${line('Companies created within a day', quota.companiesPerDay)}
    ${line('Companies in the queue', quota.companiesWaiting)}
    ${line('Companies provisioned at once', quota.attemptsAtOnce)}
    ${line('Requests within a minute', quota.requestsPerMinute)}
    ${line('Open streams', quota.streams)}
  </ol>
</section>`;

const line = (name: string, { used, limit }: QuotaFragment): TemplateResult => html`<li>
  <div class="title"><span>${name}</span><span class="note">${used.toLocaleString('en')} of ${limit.toLocaleString('en')}</span></div>
  <progress max=${limit} value=${used} aria-label=${name}></progress>
</li>`;
