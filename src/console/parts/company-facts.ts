import { html, nothing, type TemplateResult } from 'lit-html';
import type { Company } from './watched-company.ts';

/** What was asked for. */
export function facts(company: Company): TemplateResult {
  const rows: readonly (readonly [string, string | null | undefined])[] = [
    ['Site', company.siteName],
    ['Abbreviation', company.companyAbbr],
    ['Apps', company.apps.join(', ')],
    ['Country', company.country],
    ['Currency', company.defaultCurrency],
    ['Time zone', company.timeZone],
    ['Administrator', company.adminEmail],
    ['Customer', company.customerEmail],
    ['Language', company.locale],
    ['Your reference', company.externalReference],
    ...company.metadata.map(({ key, value }) => [key, value] as const),
  ];
  return html`<section class="sheet"><h2>Company</h2>
      <dl class="facts">${rows.map(([name, value]) => (value ? html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>` : nothing))}</dl>
    </section>`;
}
