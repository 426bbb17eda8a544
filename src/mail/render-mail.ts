import { readFileSync } from 'node:fs';
import { Eta } from 'eta';
import juice from 'juice';

/** The mail that hands a finished site over. It carries the admin password: render it, send it, forget it. */
export interface SiteReadyContent {
  readonly kind: 'SITE_READY';
  readonly companyId: string;
  readonly companyName: string;
  readonly companyAbbr: string;
  readonly defaultCurrency: string;
  readonly country: string;
  readonly apps: readonly string[];
  readonly siteName: string;
  /** Absolute, http or https, without credentials. */
  readonly siteUrl: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly supportEmail: string;
  readonly sandbox: boolean;
}

/** The mail that says an attempt failed. */
export interface SiteFailedContent {
  readonly kind: 'SITE_FAILED';
  readonly companyId: string;
  readonly companyName: string;
  readonly siteName: string;
  /** One plain sentence for the customer. */
  readonly reason: string;
  readonly supportEmail: string;
}

export type MailContent = SiteReadyContent | SiteFailedContent;

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

const textWidth = 72;
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
  const html = new Eta({ autoTrim: false });
  html.loadTemplate('@layout', inlined('layout.html.eta', true));
  html.loadTemplate('@SITE_READY', inlined('site-ready.html.eta', false));
  html.loadTemplate('@SITE_FAILED', inlined('site-failed.html.eta', false));

  const text = new Eta({ autoTrim: false, autoEscape: false });
  text.loadTemplate('@SITE_READY', read('site-ready.text.eta'));
  text.loadTemplate('@SITE_FAILED', read('site-failed.text.eta'));

  return (content) => {
    const values = content.kind === 'SITE_READY' ? readyValues(content) : failedValues(content);
    const template = `@${content.kind}`;
    return {
      subject: values.subject,
      html: html.render(template, values),
      text: text.render(template, values),
    };
  };
}

function readyValues(content: SiteReadyContent) {
  const companyName = oneLine(content.companyName);
  return {
    ...content,
    companyName,
    companyAbbr: oneLine(content.companyAbbr),
    apps: content.apps.length > 0 ? content.apps.join(', ') : 'The basic system, without further apps',
    siteUrl: webUrl(content.siteUrl),
    subject: `Your Site is Ready: ${companyName}`,
    supportLink: mailTo(content.supportEmail, `Help with my site (${content.companyId})`),
    wrap,
  };
}

function failedValues(content: SiteFailedContent) {
  const companyName = oneLine(content.companyName);
  return {
    ...content,
    companyName,
    reason: oneLine(content.reason),
    subject: `Site Provisioning Failed: ${companyName}`,
    supportLink: mailTo(content.supportEmail, `Site provisioning failed (${content.companyId})`),
    wrap,
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

/** Breaks a paragraph between words; a word longer than the line stays whole. Lines after the first are indented. */
function wrap(paragraph: string, indent = 0): string {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/(?<=[^ ]) (?=[^ ])/)) {
    if (line && line.length + 1 + word.length > textWidth) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line].join('\n');
}
