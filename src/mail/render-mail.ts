import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import juice from 'juice';
import { type Language, languageFor } from '../language/language.ts';
import { htmlWords, markupOf, textWords } from './mail-words.ts';

interface CommonContent {
  /** The customer's language tag; null for English. */
  readonly locale: string | null;
  readonly companyId: string;
  readonly companyName: string;
  readonly siteName: string;
  readonly supportEmail: string;
  /** When the attempt ended. */
  readonly endedAt: Date;
  /** Of the site, in which the mail says when. */
  readonly timeZone: string;
}

/** The mail that hands a finished site over. It carries the admin password: render it, send it, forget it. */
export interface SiteReadyContent extends CommonContent {
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
export interface SiteFailedContent extends CommonContent {
  readonly kind: 'SITE_FAILED';
  /** One plain sentence in the customer's language. */
  readonly reason: string;
  /** Where the console shows the company, if it is to be linked to. */
  readonly companyUrl: string | undefined;
}

export type MailContent = SiteReadyContent | SiteFailedContent;

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

  const text = new Eta({ autoTrim: false, autoEscape: false });
  text.loadTemplate('@SITE_READY', read('site-ready.text.eta'));
  text.loadTemplate('@SITE_FAILED', read('site-failed.text.eta'));

  return (content) => {
    const language = languageFor(content.locale);
    const values = content.kind === 'SITE_READY' ? readyValues(content, language) : failedValues(content, language);
    const template = `@${content.kind}`;
    return {
      language: language.tag,
      subject: values.subject,
      html: html.render(template, { ...values, ...htmlWords(values, (link) => html.render('@support-link', link)) }),
      text: text.render(template, { ...values, ...textWords(values) }),
    };
  };
}

const readyValues = (content: SiteReadyContent, language: Language) => ({
  ...content,
  ...commonValues(content, language, 'ready'),
  companyAbbr: oneLine(content.companyAbbr),
  country: language.country(content.country),
  apps: content.apps.length > 0 ? content.apps.join(', ') : language.say('ready.noApps'),
  appCount: content.apps.length,
  siteUrl: webUrl(content.siteUrl),
});

const failedValues = (content: SiteFailedContent, language: Language) => ({
  ...content,
  ...commonValues(content, language, 'failed'),
  reason: oneLine(content.reason),
  appCount: 0,
});

function commonValues(
  { supportEmail, companyId, ...content }: MailContent,
  language: Language,
  how: 'ready' | 'failed',
) {
  const companyName = oneLine(content.companyName);
  return {
    language,
    companyName,
    subject: language.say(`subject.${how}`, { companyName }),
    supportLink: mailTo(supportEmail, language.say(`supportSubject.${how}`, { companyId })),
    endedAt: language.moment(content.endedAt, content.timeZone),
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
