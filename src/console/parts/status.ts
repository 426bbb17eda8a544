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
