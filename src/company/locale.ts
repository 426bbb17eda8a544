/** As long as RFC 5646, section 4.4.1, wants tags to be stored. */
export const longestLocale = 35;

/** The language tag (BCP 47) in its canonical spelling; undefined when `text` is none. It need not be a language that is spoken. */
export function parseLocale(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined; // a RangeError: it is not well-formed
  }
}
