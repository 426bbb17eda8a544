import { html, nothing, type TemplateResult } from 'lit-html';
import type { PlacedProblems } from './problems.ts';

/**
 * What is in the way of a form that was sent, with links to the fields: it takes the focus, so that nobody has to look for
 * what is wrong. `labels` are what the fields are called, in the order of the page.
 */
export function problemSummary(
  { atFields, general }: PlacedProblems,
  labels: Readonly<Record<string, string>>,
): TemplateResult | typeof nothing {
  if (atFields.size + general.length === 0) return nothing;
  const goTo = (event: Event, field: string): void => {
    event.preventDefault();
    document.getElementById(field)?.focus();
  };
  return html`<div class="problems" id="problems" tabindex="-1" aria-labelledby="problems-title">
    <h2 id="problems-title">No company was created</h2>
    <ul>
      ${general.map((sentence) => html`<li>${sentence}</li>`)}
      ${Object.entries(labels).map(([field, label]) => {
        const faults = atFields.get(field);
        return faults
          ? html`<li>
              <a href="#${field}" @click=${(event: Event) => goTo(event, field)}>${label}</a>:
              ${faults.map((fault) => html`${fault} `)}
            </li>`
          : nothing;
      })}
    </ul>
  </div>`;
}
