import { IntlMessageFormat } from 'intl-messageformat';
import de from '../../mail-templates/messages/de.json' with { type: 'json' };
import en from '../../mail-templates/messages/en.json' with { type: 'json' };
import es from '../../mail-templates/messages/es.json' with { type: 'json' };
import { countryFor } from '../company/countries.ts';

/** English is the source: every other language has the same messages, with the same placeholders. */
export type MessageKey = keyof typeof en;
type Messages = Readonly<Record<MessageKey, string>>;

/** By language tag, in lower case. */
const offered: Readonly<Record<string, Messages>> = { en, de, es };
export const offeredLanguages: readonly string[] = Object.keys(offered);

/** What stands in a message for `{name}`; for `<name>…</name>` a function of what is between. */
type Values<Part> = Readonly<Record<string, string | number | Part | ((parts: (string | Part)[]) => Part | string)>>;

/** A language as one customer reads it. */
export interface Language {
  /** The tag of the messages' language, which may be less specific than the customer's. */
  readonly tag: string;
  readonly direction: 'ltr' | 'rtl';
  /** A message (ICU MessageFormat) as text. Throws when the message needs a value that is missing. */
  say(key: MessageKey, values?: Values<never>): string;
  /** The same in parts: text, and what `values` give that is not text. */
  compose<Part>(key: MessageKey, values: Values<Part>): readonly (string | Part)[];
  /** A moment to the minute, with its time zone. */
  moment(at: Date, timeZone: string): string;
  /** The name of a country that is given by its English name. */
  country(name: string): string;
}

/** What a customer reads who requested `locale`: the most specific language that is offered (RFC 4647, lookup), else English. */
export function languageFor(locale: string | null): Language {
  const tag = locale === null ? undefined : lookUp(locale);
  return tag === undefined || locale === null ? open('en', 'en') : open(tag, locale);
}

function lookUp(locale: string): string | undefined {
  for (let range = locale.toLowerCase(); range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-'))))
    if (Object.hasOwn(offered, range)) return range;
  return undefined;
}

/** `locale` is of the language and may name a region, which decides how dates are written. */
function open(tag: string, locale: string): Language {
  return {
    tag,
    direction: new Intl.Locale(tag).getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr',
    say: (key, values = {}) => String(compiled(tag, key).format({ ...values })),
    compose<Part>(key: MessageKey, values: Values<Part>) {
      const composed = compiled(tag, key).format<Part>({ ...values });
      return Array.isArray(composed) ? composed : [composed];
    },
    moment: (at, timeZone) => new Intl.DateTimeFormat(locale, { ...toTheMinute, timeZone }).format(at),
    country: (name) => {
      const code = countryFor(name)?.code;
      return (code && new Intl.DisplayNames([locale], { type: 'region' }).of(code)) ?? name;
    },
  };
}

const toTheMinute: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
};

/** Messages are parsed when they are needed first. */
const parsed = new Map<string, IntlMessageFormat>();

function compiled(tag: string, key: MessageKey): IntlMessageFormat {
  const id = `${tag} ${key}`;
  const message = parsed.get(id) ?? new IntlMessageFormat(offered[tag]?.[key] ?? en[key], tag);
  parsed.set(id, message);
  return message;
}
