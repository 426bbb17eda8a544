import { html, nothing, type TemplateResult } from 'lit-html';
import { NotConnected } from '../api.ts';
import type { App } from '../app.ts';
import { CancelDocument, ProvisionDocument } from '../operations.ts';
import type { Company } from './watched-company.ts';

/** What can be done with a company in its present status. */
export interface CompanyActions {
  view(company: Company): TemplateResult;
}

interface Answer {
  readonly message: string;
  readonly company?: Company;
}

/** `accept` takes the company that an action has changed. */
export function companyActions(app: App, accept: (company: Company) => void): CompanyActions {
  let isBusy = false;
  let problem: string | undefined;

  /** The version that was seen makes a repeated click, or one on an outdated page, change nothing. */
  async function run(ask: () => Promise<Answer>): Promise<void> {
    isBusy = true;
    problem = undefined;
    app.update();
    try {
      const { message, company } = await ask();
      if (company) accept(company);
      else problem = message;
      app.announce(message);
    } catch (error) {
      problem =
        error instanceof NotConnected
          ? 'The service cannot be reached. Try again in a moment.'
          : (error as Error).message;
    } finally {
      isBusy = false;
      app.update();
    }
  }
  const provision = ({ id, version }: Company) =>
    run(async () => (await app.request(ProvisionDocument, { id, version })).provisionCompany);
  const cancel = ({ id, version }: Company) =>
    run(async () => (await app.request(CancelDocument, { id, version })).cancelProvisioning);

  function buttons(company: Company): TemplateResult {
    switch (company.status) {
      case 'DRAFT':
        return html`<button class="primary" ?disabled=${isBusy} @click=${() => provision(company)}>Create the site</button>`;
      case 'FAILED':
        return html`<button class="primary" ?disabled=${isBusy} @click=${() => provision(company)}>Retry</button>`;
      case 'ACTIVE':
        return html``;
      default:
        return html`<button class="danger" ?disabled=${isBusy} @click=${() => dialog()?.showModal()}>Cancel</button>
          <dialog aria-labelledby="cancel-title">
            <h2 id="cancel-title">Cancel this attempt?</h2>
            <p>${company.status === 'QUEUED' ? 'The company becomes a draft again.' : 'What was made of its site is rolled back. You can retry later.'}</p>
            <div class="buttons">
              <button autofocus @click=${() => dialog()?.close()}>Go on</button>
              <button class="danger" @click=${() => {
                dialog()?.close();
                cancel(company);
              }}>Cancel the attempt</button>
            </div>
          </dialog>`;
    }
  }
  return {
    view: (company) =>
      html`${buttons(company)}${problem ? html`<p class="banner" role="alert">${problem}</p>` : nothing}`,
  };
}

const dialog = (): HTMLDialogElement | null => document.querySelector('dialog');
