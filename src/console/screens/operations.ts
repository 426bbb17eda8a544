import { html, nothing, type TemplateResult } from 'lit-html';
import type { OpenScreen } from '../app.ts';
import { chart } from '../parts/chart.ts';
import { ownerQuotas } from '../parts/owner-quotas.ts';
import { type Sample, type ServiceStatus, watchService } from '../parts/service-status.ts';
import { undeliveredMails } from '../parts/undelivered-mails.ts';
import { ago, bar, counted, since } from '../parts/words.ts';

/** For operators: what waits, what runs, which mails are not delivered, and how much each owner may. */
export const open: OpenScreen = (app) => {
  const left = new AbortController();
  const service = watchService(app, left.signal);
  const mails = undeliveredMails(app, service.reload);
  const quotas = ownerQuotas(app, left.signal);
  const undelivered = ({ undeliveredMails: { edges, pageInfo } }: ServiceStatus): TemplateResult => html`
    <section class="sheet">
      <h2>Undelivered mails</h2>
      ${mails.view(edges.map(({ node }) => node))}
      ${pageInfo.hasNextPage ? html`<p class="note">These are the oldest ${edges.length}; there are more.</p>` : nothing}
    </section>`;
  return {
    title: () => 'Operations',
    view() {
      const { status, samples, fault } = service;
      return html`
        <h1>Operations</h1>
        ${fault ? html`<p class="banner" role="alert">${fault}</p>` : nothing}
        ${status ? html`${figures(status, samples)}${mailAccount(status)}${running(status)}${undelivered(status)}${workers(status)}${quotas.view()}` : fault ? nothing : html`<p class="note" aria-busy="true">Loading…</p>`}`;
    },
    leave: () => left.abort(),
  };
};

function figures(status: ServiceStatus, samples: readonly Sample[]): TemplateResult {
  const { waiting, oldestWaitingSince, runningCount, stalled, workerCount, undeliveredMails } = status;
  const count = undeliveredMails.edges.length;
  const more = undeliveredMails.pageInfo.hasNextPage ? '+' : '';
  const line = (name: keyof Sample): TemplateResult => chart(samples.map((sample) => sample[name]));
  return html`<dl class="figures">
    ${figure('Waiting', `${waiting}`, oldestWaitingSince ? `the oldest for ${since(oldestWaitingSince)}` : 'none', line('waiting'))}
    ${figure('Running', `${runningCount}`, `${workerCount} ${workerCount === 1 ? 'worker' : 'workers'}`, line('running'))}
    ${figure('Stalled', `${stalled}`, workerCount === 0 ? 'no worker lives' : stalled > 0 ? 'their worker was lost' : 'none', line('stalled'), stalled > 0 || workerCount === 0)}
    ${figure('Undelivered mails', `${count}${more}`, status.mailAccountFault ? 'the mail account does not work' : '', line('undelivered'), count > 0)}
  </dl>`;
}

const figure = (
  name: string,
  value: string,
  remark: string,
  line: TemplateResult,
  isBad = false,
): TemplateResult => html`
  <div class="sheet" data-status=${isBad ? 'FAILED' : 'PROVISIONING'}>
    <dt>${name}</dt><dd><strong>${value}</strong> <span class="note">${remark}</span></dd>${line}
  </div>`;

const mailAccount = ({ mailAccountFault: fault }: ServiceStatus): TemplateResult | typeof nothing =>
  fault
    ? html`<p class="banner" role="alert">No mail can be sent since ${ago(fault.since)}: ${fault.cause} ${fault.waitingMails} wait, and are sent once the account works again.</p>`
    : nothing;

const running = ({ running, runningCount }: ServiceStatus): TemplateResult => html`
  <section class="sheet">
    <h2>Running</h2>
    ${
      running.length === 0
        ? html`<p class="note">No attempt is running.</p>`
        : html`<ol class="lines">${running.map(
            ({ company, worker, claims, leaseAgeSeconds, deadlineAt }) => html`<li>
              <a href="/console/companies/${company.id}"><bdi>${company.companyName}</bdi></a>
              <div class="progress">${bar(company.progress, `Progress of ${company.companyName}`)}<span class="figure">${company.progress} %</span></div>
              <p class="note">on <code>${worker}</code> for ${counted(leaseAgeSeconds * 1_000)}, claim ${claims} of 3; ends at the latest in ${counted(Date.parse(deadlineAt) - Date.now())}</p>
            </li>`,
          )}</ol>`
    }
    ${runningCount > running.length ? html`<p class="note">These are the first ${running.length} of ${runningCount}.</p>` : nothing}
  </section>`;

const workers = ({ workers }: ServiceStatus): TemplateResult => html`
  <section class="sheet">
    <h2>Workers</h2>
    ${workers.length === 0 ? html`<p class="banner" role="alert">No worker lives: no site is made, and no mail is sent.</p>` : nothing}
    <ol class="lines">${workers.map(
      ({ name, startedAt, seenAt, lateLoops }) => html`<li>
        <code>${name}</code>
        <p class="note">started ${ago(startedAt)}, seen ${since(seenAt)} ago${lateLoops.length > 0 ? html`; <strong>late: ${lateLoops.join(', ')}</strong>` : nothing}</p>
      </li>`,
    )}</ol>
  </section>`;
