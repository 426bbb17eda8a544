import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import juice from 'juice';
import type { DisabledEndpoint } from '../company/outbox-mail.ts';
import { type Language, languageFor } from '../language/language.ts';
import { htmlWords, markupOf, textWords } from './mail-words.ts';

interface CommonContent {
  /** The reader's language tag; null for English. */
  readonly locale: string | null;
  readonly supportEmail: string;
  /** When what the mail is about came to its end. */
  readonly endedAt: Date;
  /** In which the mail says when. */
  readonly timeZone: string;
}

interface CompanyContent extends CommonContent {
  readonly companyId: string;
  readonly companyName: string;
  readonly siteName: string;
}

/** The mail that hands a finished site over. It carries the admin password: render it, send it, forget it. */
export interface SiteReadyContent extends CompanyContent {
  readonly kind: 'SITE_READY';
  readonly companyAbbr: string;
  readonly defaultCurrency: string;
  /** The English name. */
  readonly country: string;
  readonly apps: readonly string[];
  /** Absolute, http or https, without credentials. */
  readonly siteUrl: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly sandbox: boolean;
}

/** The mail that says an attempt failed. */
export interface SiteFailedContent extends CompanyContent {
  readonly kind: 'SITE_FAILED';
  /** One plain sentence in the customer's language. */
  readonly reason: string;
  /** Where the console shows the company, if it is to be linked to. */
  readonly companyUrl: string | undefined;
}

/** The mail that tells the owner of a webhook endpoint that it gets nothing any more. */
export interface EndpointDisabledContent extends CommonContent {
  readonly kind: 'ENDPOINT_DISABLED';
  readonly endpointId: string;
  readonly endpoint: DisabledEndpoint;
  /** Where the console shows endpoints, if it is to be linked to. */
  readonly accessUrl: string | undefined;
}

export type MailContent = SiteReadyContent | SiteFailedContent | EndpointDisabledContent;

export interface RenderedMail {
  /** The tag of the language that the mail is in. */
  readonly language: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const ownTemplates = new URL('../../mail-templates/', import.meta.url);

/**
 * Loads and compiles the templates once and returns the function that renders with them, which throws when the site's URL is
 * not one that a mail may link to.
 *
 * @param directory where the templates are; a URL that ends with a slash
 */
export function loadMailTemplates(directory: URL = ownTemplates): (content: MailContent) => RenderedMail {
  const read = (name: string) => readFileSync(new URL(name, directory), 'utf8');
  const styles = read('mail.css');
  // The styles are inlined into the template once, not into each mail.
  const inlined = (name: string, keepMediaQueries: boolean) =>
    juice(read(name), { extraCss: styles, insertPreservedExtraCss: keepMediaQueries });

  // autoTrim would swallow the line break after every value.
  const html = new Eta({ autoTrim: false, escapeFunction: markupOf });
  html.loadTemplate('@layout', inlined('layout.html.eta', true));
  html.loadTemplate('@support-link', inlined('support-link.html.eta', false).trimEnd());
  html.loadTemplate('@SITE_READY', inlined('site-ready.html.eta', false));
  html.loadTemplate('@SITE_FAILED', inlined('site-failed.html.eta', false));
  html.loadTemplate('@ENDPOINT_DISABLED', inlined('endpoint-disabled.html.eta', false));

  const text = new Eta({ autoTrim: false, autoEscape: false });
  text.loadTemplate('@SITE_READY', read('site-ready.text.eta'));
  text.loadTemplate('@SITE_FAILED', read('site-failed.text.eta'));
  text.loadTemplate('@ENDPOINT_DISABLED', read('endpoint-disabled.text.eta'));

  return (content) => {
    const language = languageFor(content.locale);
    const values = valuesOf(content, language);
    const template = `@${content.kind}`;
    return {
      language: language.tag,
      subject: values.subject,
      html: html.render(template, { ...values, ...htmlWords(values, (link) => html.render('@support-link', link)) }),
      text: text.render(template, { ...values, ...textWords(values) }),
    };
  };
}

function valuesOf(content: MailContent, language: Language) {
  switch (content.kind) {
    case 'SITE_READY':
      return readyValues(content, language);
    case 'SITE_FAILED':
      return failedValues(content, language);
    case 'ENDPOINT_DISABLED':
      return disabledValues(content, language);
  }
}

const readyValues = (content: SiteReadyContent, language: Language) => ({
  ...content,
  ...companyValues(content, language, 'ready'),
  companyAbbr: oneLine(content.companyAbbr),
  country: language.country(content.country),
  apps: content.apps.length > 0 ? content.apps.join(', ') : language.say('ready.noApps'),
  siteUrl: webUrl(content.siteUrl),
});

const failedValues = (content: SiteFailedContent, language: Language) => ({
  ...content,
  ...companyValues(content, language, 'failed'),
  reason: oneLine(content.reason),
});

function disabledValues({ endpoint, ...content }: EndpointDisabledContent, language: Language) {
  const { endpointId, supportEmail } = content;
  const { host } = new URL(endpoint.url);
  return {
    ...content,
    language,
    url: endpoint.url,
    description: oneLine(endpoint.description),
    reason: disabledReason(endpoint, language, content.timeZone),
    subject: language.say('subject.disabled', { host }),
    supportLink: mailTo(supportEmail, language.say('supportSubject.disabled', { endpointId })),
    endedAt: language.moment(content.endedAt, content.timeZone),
    reference: endpointId,
    why: 'footer.whyEndpoint',
    named: { url: endpoint.url },
  };
}

/** Why it was disabled and, where that does not say so, what became of the last attempt. */
function disabledReason({ reason, failingSince, status, fault }: DisabledEndpoint, language: Language, zone: string) {
  if (reason === 'GONE') return language.say('disabled.why.GONE');
  const since = language.moment(new Date(failingSince), zone);
  const last =
    status === null
      ? language.say('disabled.last.fault', { fault: fault ?? '' })
      : language.say('disabled.last.status', { status: String(status) });
  return `${language.say('disabled.why.FAILING', { failingSince: since })} ${last}`;
}

function companyValues(
  { supportEmail, companyId, siteName, ...content }: SiteReadyContent | SiteFailedContent,
  language: Language,
  how: 'ready' | 'failed',
) {
  const companyName = oneLine(content.companyName);
  const appCount = content.kind === 'SITE_READY' ? content.apps.length : 0;
  return {
    language,
    companyName,
    subject: language.say(`subject.${how}`, { companyName }),
    supportLink: mailTo(supportEmail, language.say(`supportSubject.${how}`, { companyId })),
    endedAt: language.moment(content.endedAt, content.timeZone),
    reference: companyId,
    why: 'footer.why',
    named: { companyName, siteName, appCount },
  };
}

/** Without line breaks and control characters, which could start a header, and without bidi controls, which could reorder what follows. */
const oneLine = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();

/** The URL in its canonical spelling. Escaping does not stop a `javascript:` link, this does. */
function webUrl(spelling: string): string {
  const url = URL.parse(spelling);
  const linkable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  if (!linkable) throw new Error('A mail can only link to an http(s) URL without credentials');
  return url.href.replace(/^(https?:\/\/[^/]+)\/$/, '$1');
}

const mailTo = (address: string, subject: string) =>
  `mailto:${encodeURIComponent(address).replace('%40', '@')}?subject=${encodeURIComponent(subject)}`;
