import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import { type OwnerInput, type OwnerQuotasFragment, QuotasDocument, SetQuotasDocument } from '../operations.ts';
import { eachQuota, type QuotaName, quotaNames } from './quotas.ts';

/** How much an owner may, for operators, who can change it. */
export function ownerQuotas(app: App, signal: AbortSignal): { view(): TemplateResult } {
  let quotas: OwnerQuotasFragment | undefined;
  let problem: string | undefined;

  /** Shows what comes of it. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    problem = undefined;
    try {
      await work();
    } catch (error) {
      problem = (error as Error).message;
    }
    app.update();
  }

  const find = (event: SubmitEvent) => {
    event.preventDefault();
    const entered = new FormData(event.target as HTMLFormElement);
    const owner = { [String(entered.get('kind'))]: String(entered.get('name')).trim() };
    attempt(async () => {
      quotas = undefined;
      quotas = (await app.request(QuotasDocument, { owner }, signal)).quotas;
    });
  };

  const save = (event: SubmitEvent, { owner, ...known }: OwnerQuotasFragment) => {
    event.preventDefault();
    const entered = new FormData(event.target as HTMLFormElement);
    const changed = eachQuota.flatMap((name): [QuotaName, number | null][] => {
      const text = String(entered.get(name)).trim();
      return text === shown(known[name]) ? [] : [[name, text === '' ? null : Number(text)]];
    });
    attempt(async () => {
      // In JSON, NaN would be null, which returns to the usual limit.
      if (changed.some(([, limit]) => Number.isNaN(limit))) throw new Error('Write whole numbers.');
      const { setQuotas: answer } = await app.request(SetQuotasDocument, {
        owner: asInput(owner),
        input: Object.fromEntries(changed),
      });
      if (answer.__typename === 'SetQuotasSuccess') {
        quotas = answer.quotas;
        app.announce(answer.message);
      } else problem = answer.faults.map(({ message }) => message).join(' ');
    });
  };

  const form = (found: OwnerQuotasFragment): TemplateResult => html`
    <form class="resend" novalidate @submit=${(event: SubmitEvent) => save(event, found)}>
      <p class="note">Of the ${found.owner.tenant ? 'tenant' : 'subject'} <bdi>${found.owner.tenant ?? found.owner.subject}</bdi>. Empty is the usual limit.</p>
      ${eachQuota.map((name) => {
        const { limit, used, isOverridden } = found[name];
        return html`<label>${quotaNames[name]}, ${used.toLocaleString('en')} at present
          <input name=${name} inputmode="numeric" autocomplete="off" .value=${shown(found[name])} placeholder=${isOverridden ? nothing : limit}></label>`;
      })}
      <div><button class="primary">Set limits</button></div>
    </form>`;

  return {
    view: () => html`<section class="sheet">
      <h2>Quotas</h2>
      <form class="resend" novalidate @submit=${find}>
        <label>Kind of owner<select name="kind"><option value="tenant">tenant</option><option value="subject">subject</option></select></label>
        <label>Name of the owner<input name="name" autocomplete="off"></label>
        <div><button>Show limits</button></div>
      </form>
      ${problem ? html`<p class="banner" role="alert">${problem}</p>` : nothing}
      ${quotas ? form(quotas) : nothing}
    </section>`,
  };
}

const shown = ({ isOverridden, limit }: OwnerQuotasFragment[QuotaName]): string => (isOverridden ? String(limit) : '');

const asInput = ({ tenant, subject }: OwnerQuotasFragment['owner']): OwnerInput =>
  tenant === null ? { subject } : { tenant };
