import { html, nothing, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import { FailureDetailDocument, type FailureReason } from '../operations.ts';
import type { Company } from './watched-company.ts';

const passing = 'This usually passes: retry. What is already done is kept.';
const persisting = 'Retry once. If it fails again, write to support and name the reference.';

/** What somebody can do about a failure. */
const advice: Readonly<Record<FailureReason, string>> = {
  APP_INSTALL_FAILED: persisting,
  APP_NOT_AVAILABLE: 'Create another company with apps that are offered.',
  CANCELLED: 'Everything was rolled back. Retry to start again.',
  HOST_UNAVAILABLE: passing,
  INTERNAL: persisting,
  SET_UP_FAILED: persisting,
  SITE_NAME_TAKEN: 'Create the company again with another domain.',
  TIMED_OUT: passing,
  VERIFICATION_FAILED: persisting,
  WORKER_LOST: passing,
};

/** Why a company failed, in plain words, and what comes next. */
export interface FailureView {
  view(company: Company): TemplateResult;
}

/** What the site host said is read when an operator opens it, since the audit log records that. */
export function failureView(app: App, signal: AbortSignal): FailureView {
  let detail: string | null | undefined;
  const read = async (id: string): Promise<void> => {
    const { company } = await app.request(FailureDetailDocument, { id }, signal);
    detail = company?.failure?.detail ?? null;
    app.update();
  };
  return {
    view({ id, failure, steps }) {
      if (!failure) return html``;
      const step = steps.find(({ name }) => name === failure.step)?.title ?? failure.step;
      return html`<section class="sheet failure" data-status="FAILED">
        <h2>${failure.reason === 'CANCELLED' ? 'It was cancelled' : 'Why it failed'}</h2>
        <p>${failure.message}</p>
        <p class="note">${advice[failure.reason]}</p>
        <dl class="facts">
          <div><dt>Reference</dt><dd><code>${failure.referenceId}</code></dd></div>
          ${step ? html`<div><dt>Step</dt><dd>${step}</dd></div>` : nothing}
          <div><dt>Reason</dt><dd><code>${failure.reason}</code></dd></div>
        </dl>
        ${
          app.viewer?.operates
            ? html`<details @toggle=${(event: Event) => (event.target as HTMLDetailsElement).open && read(id)}>
                <summary>What the site host said</summary><pre tabindex="0">${detail === undefined ? 'Loading…' : (detail ?? 'Nothing.')}</pre></details>`
            : nothing
        }
      </section>`;
    },
  };
}
