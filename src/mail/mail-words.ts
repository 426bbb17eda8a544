import { Html, html } from '../common/html.ts';
import type { Language, MessageKey } from '../language/language.ts';

/** What messages are made of. None of it is secret. */
interface Words {
  readonly language: Language;
  /** Of what the mail is about: a company or an endpoint. */
  readonly reference: string;
  readonly supportEmail: string;
  readonly supportLink: string;
  /** What else messages name. */
  readonly named: Readonly<Record<string, string | number>>;
}

/** How the templates of the HTML say things. `renderLink` gives the link to support its style. */
export function htmlWords(
  { language, supportLink, named, ...words }: Words,
  renderLink: (link: { readonly supportLink: string; readonly text: Html }) => string,
) {
  // Names may be written from right to left.
  const companyName = html`<bdi>${named.companyName ?? ''}</bdi>`;
  const b = (parts: (string | Html)[]) => html`<strong>${joined(parts)}</strong>`;
  const support = (parts: (string | Html)[]) => new Html(renderLink({ supportLink, text: joined(parts) }));
  return {
    companyName,
    say: (key: MessageKey) => joined(language.compose<Html>(key, { ...words, ...named, companyName, b, support })),
  };
}

const joined = (parts: readonly (string | Html)[]): Html => html`${parts.map((part) => html`${part}`)}`;

/** A value of a template as markup: escaped, unless it is markup already. */
export const markupOf = (value: unknown): string => (value instanceof Html ? value : html`${String(value)}`).toString();

/** How the templates of the text say things. */
export function textWords({ language, named, ...words }: Words) {
  const plain = (parts: readonly string[]) => parts.join('');
  const say = (key: MessageKey) => language.say(key, { ...words, ...named, b: plain, support: plain });
  return {
    say,
    heading: (key: MessageKey) => say(key).toLocaleUpperCase(language.tag),
    paragraph: (key: MessageKey) => wrap(say(key)),
    item: (number: number, key: MessageKey) => wrap(`${number}. ${say(key)}`, 3),
    /** Values below each other. */
    facts(rows: readonly (readonly [MessageKey, string])[]) {
      const names = rows.map(([key]) => `${say(key)}:`);
      const width = Math.max(...names.map(({ length }) => length)) + 2;
      return rows.map(([, value], row) => wrap((names[row] ?? '').padEnd(width) + value, width)).join('\n');
    },
    wrap,
  };
}

const textWidth = 72;

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
