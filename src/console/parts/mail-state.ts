import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import { type CompanyStatus, UndeliveredMailsDocument, type UndeliveredMailsQuery } from '../operations.ts';
import type { Company } from './watched-company.ts';
import { duration } from './words.ts';

type Undelivered = UndeliveredMailsQuery['serviceStatus']['undeliveredMails'];

/** Between two readings while a mail is not delivered, in milliseconds. */
const pause = 5_000;

/** Whom a company's mails go to and, for operators, whether a mail server has accepted them. */
export function mailState(app: App, signal: AbortSignal): { view(company: Company): TemplateResult } {
  let mails: Undelivered | undefined;
  let readFor: CompanyStatus | undefined;

  async function read(id: string): Promise<void> {
    const { serviceStatus } = await app.request(UndeliveredMailsDocument, {}, signal);
    mails = serviceStatus.undeliveredMails;
    app.update();
    if (mailOf(id)) setTimeout(() => !signal.aborted && read(id), pause);
  }
  const mailOf = (id: string) => mails?.edges.find(({ node }) => node.company?.id === id)?.node;

  return {
    view({ id, status, customerEmail }) {
      const hasEnded = status === 'ACTIVE' || status === 'FAILED';
      if (hasEnded && readFor !== status && app.viewer?.operates) {
        readFor = status;
        read(id);
      }
      const mail = hasEnded ? mailOf(id) : undefined;
      return html`<section class="sheet"><h2>Mail</h2>
        <p class="note">${subjects[status]} <bdi>${customerEmail}</bdi>.</p>
        ${mail ? undelivered(mail) : html``}
        ${hasEnded && !mail && mails?.pageInfo.hasNextPage === false ? html`<p>A mail server has accepted it.</p>` : html``}
      </section>`;
    },
  };
}

const subjects: Readonly<Record<CompanyStatus, string>> = {
  DRAFT: 'A draft is not mailed about. Once there is a site, its address and the credentials go to',
  QUEUED: 'When the site is ready, its address and the credentials go to',
  PROVISIONING: 'When the site is ready, its address and the credentials go to',
  ACTIVE: 'The site’s address and the credentials go to',
  FAILED: 'What went wrong, and what comes next, goes to',
};

function undelivered({ state, tries, dueAt }: Undelivered['edges'][number]['node']): TemplateResult {
  const next = dueAt ? Math.max(0, Date.parse(dueAt) - Date.now()) : 0;
  return state === 'REFUSED'
    ? html`<p><strong>A mail server has refused it.</strong> <a href="/console/operations">Send it again</a></p>`
    : html`<p>No mail server has accepted it yet, in ${tries} ${tries === 1 ? 'try' : 'tries'}. The next one is ${next < 1_000 ? 'due' : `in ${duration(next)}`}.</p>`;
}
