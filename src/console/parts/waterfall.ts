import { html, nothing, type TemplateResult } from 'lit-html';
import type { Attempt } from './attempts.ts';
import { counted, duration } from './words.ts';

/** A step as the company plans it now. */
export interface PlannedStep {
  readonly name: string;
  readonly title: string;
  readonly state: 'DONE' | 'FAILED' | 'RUNNING' | 'WAITING';
}

/** One step as a bar between the attempt's start and its end, or now. */
interface Bar {
  readonly title: string;
  readonly state: PlannedStep['state'];
  /** In percent of the attempt's time; undefined for a step that did not run in it. */
  readonly place: { readonly start: number; readonly length: number } | undefined;
  readonly text: string;
}

/** An attempt's steps, each where it was in time; a running one grows. `planned` holds the names of all steps, and the latest attempt's state. */
export function waterfall(attempt: Attempt, planned: readonly PlannedStep[], isLatest: boolean): TemplateResult {
  const bars = barsOf(attempt, planned, isLatest);
  if (bars.length === 0) return html`<p class="note">No step has begun yet.</p>`;
  return html`<ol class="waterfall">${bars.map(barView)}</ol>`;
}

const barView = ({ title, state, place, text }: Bar): TemplateResult => html`
  <li data-state=${state}>
    <span class="step"><span class="unseen">${stateNames[state]}: </span>${title}</span>
    <span class="track">${place ? html`<i .style=${`inset-inline-start: ${place.start}%; inline-size: ${place.length}%`}></i>` : nothing}</span>
    <span class="length">${text}</span>
  </li>`;

const stateNames: Readonly<Record<PlannedStep['state'], string>> = {
  DONE: 'Done',
  FAILED: 'Failed',
  RUNNING: 'Running',
  WAITING: 'Waiting',
};

function barsOf(
  { startedAt, endedAt, steps }: Attempt,
  planned: readonly PlannedStep[],
  isLatest: boolean,
): readonly Bar[] {
  const start = Date.parse(startedAt ?? steps[0]?.startedAt ?? '');
  const end = endedAt ? Date.parse(endedAt) : Date.now();
  const percent = (time: number): number => (end > start ? ((time - start) / (end - start)) * 100 : 0);
  const titles = new Map(planned.map(({ name, title }) => [name, title]));
  const ran = steps.map((step): [string, Bar] => {
    const from = Date.parse(step.startedAt);
    const to = step.endedAt ? Date.parse(step.endedAt) : end;
    const place = { start: percent(from), length: Math.max(0.6, percent(to) - percent(from)) };
    const again = step.retries > 0 ? ` · ${step.retries + 1} tries` : '';
    const text = `${step.state === 'RUNNING' ? counted(to - from) : duration(to - from)}${again}`;
    return [step.name, { title: titles.get(step.name) ?? step.name, state: step.state, place, text }];
  });
  if (!isLatest) return ran.map(([, bar]) => bar);
  const bars = new Map(ran);
  for (const { name, title, state } of planned) {
    if (bars.has(name)) continue;
    // What an earlier attempt has done is not done again.
    bars.set(name, { title, state, place: undefined, text: state === 'DONE' ? 'done before' : '' });
  }
  const order = planned.map(({ name }) => name);
  return [...bars].toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other)).map(([, bar]) => bar);
}
