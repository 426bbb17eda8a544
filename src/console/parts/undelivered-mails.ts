import { html, nothing, type TemplateResult } from 'lit-html';
import { NotConnected } from '../api.ts';
import type { App } from '../app.ts';
import { ResendDocument, type UndeliveredMailFragment } from '../operations.ts';
import { ago, duration } from './words.ts';

/** The mails that no mail server has accepted, each of which can be sent again, to another address too. */
export function undeliveredMails(
  app: App,
  changed: () => void,
): { view(mails: readonly UndeliveredMailFragment[]): TemplateResult } {
  let open: string | undefined;
  let problem: string | undefined;

  async function resend(event: SubmitEvent, mailId: string): Promise<void> {
    event.preventDefault();
    const recipient = String(new FormData(event.target as HTMLFormElement).get('recipient')).trim();
    try {
      const { resendMail: answer } = await app.request(ResendDocument, { mailId, recipient });
      const isSent = answer.__typename === 'ResendMailSuccess';
      problem = isSent
        ? undefined
        : answer.__typename === 'ValidationError'
          ? answer.faults[0]?.message
          : answer.message;
      if (isSent) {
        open = undefined;
        app.announce(answer.message);
        changed();
      }
    } catch (error) {
      problem = error instanceof NotConnected ? 'The service cannot be reached. Try again in a moment.' : String(error);
    }
    app.update();
  }

  const form = ({ id, recipient }: UndeliveredMailFragment): TemplateResult => html`
    <form class="resend" novalidate @submit=${(event: SubmitEvent) => resend(event, id)}>
      <label>Send to<input name="recipient" type="email" autocomplete="off" .defaultValue=${recipient}
        aria-invalid=${problem ? 'true' : nothing} aria-describedby=${problem ? 'resend-problem' : nothing}></label>
      ${problem ? html`<p id="resend-problem" class="banner" role="alert">${problem}</p>` : nothing}
      <div class="buttons"><button class="primary">Send now</button><button type="button" class="quiet" @click=${() => toggle(undefined)}>Leave it</button></div>
    </form>`;

  function toggle(id: string | undefined): void {
    open = id;
    problem = undefined;
    app.update();
  }

  const row = (mail: UndeliveredMailFragment): TemplateResult => html`<li>
    <div class="title">
      <div>
        ${mail.company ? html`<a href="/console/companies/${mail.company.id}"><bdi>${mail.company.companyName}</bdi></a>` : html`<code>${mail.webhookEndpointId}</code>`}
        <p>${subjects[mail.kind]}, to <bdi>${mail.recipient}</bdi></p>
        <p class="note">${stateOf(mail)} Put into the outbox ${ago(mail.createdAt)}.</p>
        ${mail.lastError ? html`<p class="note"><code>${mail.lastError}</code></p>` : nothing}
      </div>
      ${open === mail.id ? nothing : html`<button @click=${() => toggle(mail.id)}>Send again…</button>`}
    </div>
    ${open === mail.id ? form(mail) : nothing}
  </li>`;

  return {
    view: (mails) =>
      mails.length === 0
        ? html`<p class="note">Every mail was accepted by a mail server.</p>`
        : html`<ol class="lines">${mails.map(row)}</ol>`,
  };
}

const subjects: Readonly<Record<UndeliveredMailFragment['kind'], string>> = {
  SITE_READY: 'Credentials',
  SITE_FAILED: 'Why it failed',
  ENDPOINT_DISABLED: 'Why the webhook endpoint was disabled',
};

function stateOf({ state, tries, dueAt }: UndeliveredMailFragment): string {
  if (state === 'REFUSED') return 'Refused by a mail server: it is sent again only by you.';
  const wait = dueAt ? Date.parse(dueAt) - Date.now() : 0;
  return `${tries} ${tries === 1 ? 'try' : 'tries'} so far; the next one ${wait < 1_000 ? 'is due' : `in ${duration(wait)}`}.`;
}
