import { html, nothing, type TemplateResult } from 'lit-html';
import type { App, OpenScreen } from '../app.ts';
import { attemptTabs } from '../parts/attempt-tabs.ts';
import { type Attempt, attemptsOf } from '../parts/attempts.ts';
import { companyActions } from '../parts/company-actions.ts';
import { facts } from '../parts/company-facts.ts';
import { failureView } from '../parts/failure.ts';
import { healthSentence } from '../parts/health.ts';
import { openLog, type ShownLog } from '../parts/log.ts';
import { mailState } from '../parts/mail-state.ts';
import { offerNotice, showNotice } from '../parts/notice.ts';
import { type Company, watchCompany } from '../parts/watched-company.ts';
import { waterfall } from '../parts/waterfall.ts';
import { ago, at, bar, chip, counted, duration, statusNames } from '../parts/words.ts';

/** One company: how it is doing, what was done, and what can be done. */
export const open: OpenScreen = (app, [, id = '']) => {
  const left = new AbortController();
  const watched = watchCompany(app, id, (company) => {
    app.announce(`${company.companyName}: ${statusNames[company.status]}`);
    showNotice(company);
  });
  const actions = companyActions(app, (company) => {
    chosen = undefined;
    watched.accept(company);
    log?.resume();
  });
  const failure = failureView(app, left.signal);
  const mail = mailState(app, left.signal);
  let log: ShownLog | undefined;
  let chosen: number | undefined;

  function view(company: Company): TemplateResult {
    const attempts = attemptsOf(watched.events);
    const latest = attempts.at(-1);
    const attempt = attempts.find(({ number }) => number === chosen) ?? latest;
    if (watched.isOwn) log ??= openLog(app, id);
    return html`
      ${head(app, company, watched.isOwn ? actions.view(company) : html``)}
      <div class="columns">
        <div class="stack">
          ${summary(company)}
          ${company.status === 'FAILED' ? failure.view(company) : nothing}
          ${
            attempts.length > 1
              ? attemptTabs(attempts, attempt?.number ?? 0, (number) => {
                  chosen = number;
                  app.update();
                })
              : nothing
          }
          ${attempt ? attemptView(attempt, company, attempt === latest) : nothing}
          ${attempt ? log?.view(attempt.number) : nothing}
        </div>
        <aside class="stack">${facts(company)} ${mail.view(company)}</aside>
      </div>`;
  }

  return {
    title: () => titleOf(watched.company, id),
    icon: () => watched.company ?? undefined,
    view() {
      const { company } = watched;
      if (company === undefined) return html`<h1>${id}</h1><p class="note" aria-busy="true">Loading…</p>`;
      return company === null ? missing(id) : view(company);
    },
    leave() {
      left.abort();
      log?.close();
      watched.close();
    },
  };
};

function titleOf(company: Company | null | undefined, id: string): string {
  if (!company) return id;
  const { status, progress, companyName } = company;
  const sign = { DRAFT: '', QUEUED: '… ', PROVISIONING: `${progress} % `, ACTIVE: '✓ ', FAILED: '✗ ' }[status];
  return `${sign}${companyName}`;
}

const missing = (id: string): TemplateResult => html`<section class="empty">
  <h1>No company ${id}</h1><p>It does not exist, or you may not see it.</p><a class="primary" href="/console/">Companies</a>
</section>`;

const head = (app: App, company: Company, actions: TemplateResult): TemplateResult => html`
  <div class="title">
    <div>
      <p class="crumbs"><a href="/console/">Companies</a></p>
      <h1 dir="auto">${company.companyName}</h1>
      <p class="note">${company.id} · <bdi>${company.siteName}</bdi> · created ${ago(company.createdAt)}</p>
    </div>
    <div class="buttons">
      ${offerNotice(company, app.update)}
      ${company.status === 'ACTIVE' ? html`<a class="primary" href=${company.siteUrl} target="_blank" rel="noopener">Open the site</a>` : nothing}
      ${actions}
    </div>
  </div>`;

const summary = (company: Company): TemplateResult => html`
  <section class="sheet summary" data-status=${company.status}>
    <p>${chip(company.status)} <span class="health">${healthSentence(company)}</span></p>
    ${
      company.status === 'QUEUED' || company.status === 'PROVISIONING'
        ? html`<div class="progress">${bar(company.progress, 'Progress of the attempt')}<span class="figure">${company.progress} %</span></div>`
        : nothing
    }
  </section>`;

const attemptView = (attempt: Attempt, company: Company, isLatest: boolean): TemplateResult => html`
  <section class="sheet" id="attempt" role="tabpanel" aria-labelledby="steps">
    <div class="title"><h2 id="steps">Steps</h2><p class="note">${timesOf(attempt)}</p></div>
    ${waterfall(attempt, company.steps, isLatest)}
    <details class="history">
      <summary>History <span class="note">${attempt.events.length} events</span></summary>
      <ol>${attempt.events.map(
        (event) =>
          html`<li><span class="note">${event.version}</span> ${at(event.occurredAt)} <span>${event.message}</span></li>`,
      )}</ol>
    </details>
  </section>`;

function timesOf({ queuedAt, startedAt, endedAt }: Attempt): string {
  const until = (end: string | undefined): number => (end ? Date.parse(end) : Date.now());
  const waited = `waited ${duration(until(startedAt ?? endedAt) - Date.parse(queuedAt))}`;
  if (startedAt === undefined) return waited;
  const took = until(endedAt) - Date.parse(startedAt);
  return `${waited}, ${endedAt ? `took ${duration(took)}` : `running for ${counted(took)}`}`;
}
