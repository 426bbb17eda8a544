import { createHash } from 'node:crypto';
import { Html, html } from '../common/html.ts';
import { inboxStyle } from './inbox-style.ts';
import type { ReceivedMail } from './received-mail.ts';

export interface InboxPage {
  readonly status: 200 | 404;
  readonly contentType: string;
  readonly body: string;
}

/** Makes the frame as high as the mail in it, which itself can run nothing: its sandbox allows no scripts. */
const fitFrame = `
const frame = document.querySelector('iframe');
const fit = () => {
  frame.style.height = '0';
  frame.style.height = frame.contentDocument.documentElement.scrollHeight + frame.offsetHeight - frame.clientHeight + 'px';
};
frame.addEventListener('load', fit);
addEventListener('resize', fit);
fit();
`;

/**
 * The `Content-Security-Policy` header of every inbox page; a mail shown in a page is bound by it too.
 * Nothing is loaded and nothing but `fitFrame` runs: no other script, no form, no frame from elsewhere, and only images
 * that the mail brought along.
 */
export const inboxContentSecurityPolicy = `default-src 'none'; script-src 'sha256-${createHash('sha256').update(fitFrame).digest('base64')}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * The page at `path`: `/inbox`, `/inbox/<id>` and `/inbox/<id>?text`. Undefined for paths that are not below `/inbox`,
 * a page with status 404 for a mail that is not (or no longer) there. `mails` are oldest first.
 */
export function inboxPage(path: string, mails: readonly ReceivedMail[]): InboxPage | undefined {
  const address = /^\/inbox(?:\/(?<id>[^/?]*))?(?:\?(?<query>.*))?$/s.exec(path);
  if (address === null) return undefined;
  const { id = '', query = '' } = address.groups ?? {};
  if (id === '') return page(200, listPage(mails));
  const mail = mails.find((candidate) => candidate.id === id);
  return mail ? page(200, mailPage(mail, query === 'text')) : page(404, missingPage());
}

function page(status: 200 | 404, { title, head, body }: { title: string; head?: Html; body: Html }): InboxPage {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
${head ?? ''}
<style>${inboxStyle}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return { status, contentType: 'text/html; charset=utf-8', body: document.toString() };
}

function listPage(mails: readonly ReceivedMail[]) {
  const newestFirst = mails.toReversed();
  return {
    title: `Inbox (${mails.length})`,
    head: html`<meta http-equiv="refresh" content="3">`,
    body: html`<main>
<header><h1>Inbox</h1><p class="note">Mails that this service sent, caught on this machine. Nothing leaves it.</p></header>
${mails.length === 0 ? emptyState : html`<ol class="mails">${newestFirst.map(listEntry)}</ol>`}
</main>`,
  };
}

const emptyState = html`<section class="empty">
<h2>No mail yet</h2>
<p>Create a company, for example in GraphiQL at <a href="/graphql">/graphql</a>. As soon as its site is ready, or has failed,
the mail to its customer shows up here. This page looks every 3 seconds.</p>
</section>`;

const listEntry = (mail: ReceivedMail): Html => html`<li><a href="/inbox/${mail.id}">
<span class="subject">${subjectOf(mail)}</span>
${timeOf(mail)}
<span class="people">${mail.to.join(', ')}</span>
</a></li>`;

function mailPage(mail: ReceivedMail, asText: boolean) {
  const showsText = asText || mail.html === undefined;
  const link = `/inbox/${mail.id}`;
  return {
    title: subjectOf(mail),
    body: html`<main class="mail">
<nav><a href="/inbox">← Inbox</a></nav>
<header>
<h1>${subjectOf(mail)}</h1>
<dl>
<dt>From</dt><dd>${mail.from}</dd>
<dt>To</dt><dd>${mail.to.join(', ')}</dd>
<dt>Received</dt><dd>${timeOf(mail)}</dd>
</dl>
<details><summary>All headers</summary><dl class="raw">${mail.headers.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></details>
</header>
<nav class="parts">${part('HTML', link, mail.html !== undefined, !showsText)}${part('Text', `${link}?text`, mail.text !== undefined, showsText)}</nav>
${showsText ? html`<pre>${mail.text ?? 'This mail has no content.'}</pre>` : htmlPart(mail.html ?? '')}
</main>`,
  };
}

function part(name: string, link: string, exists: boolean, shown: boolean): Html {
  if (!exists) return html`<span class="absent">${name}</span>`;
  return shown ? html`<a href="${link}" aria-current="page">${name}</a>` : html`<a href="${link}">${name}</a>`;
}

/** The mail's own markup, in a frame that may do nothing but open its links in a new tab. Of the same origin, so that it can be measured. */
const htmlPart = (markup: string): Html => html`<iframe title="HTML part of the mail"
sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
srcdoc="${`<base target="_blank"><meta name="referrer" content="no-referrer">${markup}`}"></iframe>
<script>${new Html(fitFrame)}</script>`;

const missingPage = () => ({
  title: 'No such mail',
  body: html`<main>
<nav><a href="/inbox">← Inbox</a></nav>
<section class="empty"><h2>No such mail</h2>
<p>The inbox keeps the newest 200 mails. This one is gone, or never came.</p></section>
</main>`,
});

const subjectOf = (mail: ReceivedMail): string => mail.subject || '(no subject)';

function timeOf({ receivedAt }: ReceivedMail): Html {
  const iso = receivedAt.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
