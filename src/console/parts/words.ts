import { html, type TemplateResult } from 'lit-html';
import type { CompanyStatus } from '../operations.ts';

/** As people read them, in the order of a company's life. */
export const statusNames: Readonly<Record<CompanyStatus, string>> = {
  DRAFT: 'Draft',
  QUEUED: 'Queued',
  PROVISIONING: 'Provisioning',
  ACTIVE: 'Active',
  FAILED: 'Failed',
};

export const statuses = Object.keys(statusNames) as readonly CompanyStatus[];

export const chip = (status: CompanyStatus): TemplateResult =>
  html`<span class="chip" data-status=${status}>${statusNames[status]}</span>`;

/** A bar of an attempt's progress in percent. */
export const bar = (progress: number, label: string): TemplateResult =>
  html`<progress max="100" value=${progress} aria-label=${label}>${progress} %</progress>`;

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `4 d`, of milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000;
  if (seconds < 1) return `${Math.round(seconds * 1_000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds) % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** How long ago, with the exact time for those who point at it. */
export function ago(time: string): TemplateResult {
  const past = Date.parse(time) - Date.now();
  const [unit, length] = units.find(([, milliseconds]) => -past >= milliseconds) ?? [];
  const text = unit && length ? relative.format(Math.round(past / length), unit) : 'just now';
  return html`<time datetime=${time} title=${absolute.format(new Date(time))}>${text}</time>`;
}

/** How long it has been since then, counting whole seconds; it is never less than one. */
export const since = (time: string): string => counted(Date.now() - Date.parse(time));

/** A duration that grows, in whole seconds. */
export const counted = (milliseconds: number): string =>
  milliseconds < 10_000 ? `${Math.max(1, Math.floor(milliseconds / 1_000))} s` : duration(milliseconds);

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** The time of the day; the date for those who point at it. */
export const at = (time: string): TemplateResult =>
  html`<time datetime=${time} title=${absolute.format(new Date(time))}>${clock.format(new Date(time))}</time>`;
