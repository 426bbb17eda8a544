import { html, type TemplateResult } from 'lit-html';
import type { Attempt } from './attempts.ts';

/** The attempts as tabs: arrow keys go from one to the next (ARIA's pattern of tabs). */
export function attemptTabs(
  attempts: readonly Attempt[],
  chosen: number,
  choose: (number: number) => void,
): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && attempts.find(({ number }) => number === chosen + step);
    if (!next) return;
    event.preventDefault();
    choose(next.number);
    document.getElementById(`attempt-${next.number}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label="Attempts" @keydown=${onKey}>
    ${attempts.map(({ number, events }) => {
      const isChosen = number === chosen;
      return html`<button id="attempt-${number}" role="tab" data-status=${events.at(-1)?.status ?? 'QUEUED'} aria-selected=${isChosen}
        aria-controls="attempt" tabindex=${isChosen ? 0 : -1} @click=${() => choose(number)}>Attempt ${number}</button>`;
    })}
  </div>`;
}
