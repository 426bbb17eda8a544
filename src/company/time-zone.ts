import { countries, countryFor } from './countries.ts';

/** Spelt as the IANA's tz database spells them, by their lower case. Not all of them: there are aliases beside. */
const spelt: ReadonlyMap<string, string> = new Map(
  [...Intl.supportedValuesOf('timeZone'), ...countries().map(({ timeZone }) => timeZone)].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** The names to choose from, in order. */
export const timeZones = (): readonly string[] => [...spelt.values()].toSorted();

/** The time zone of a site: the requested one, else the usual one of its host, else that of the country’s capital. */
export const timeZoneOf = (requested: string | null | undefined, country: string, usual?: string): string =>
  requested ?? usual ?? countryFor(country)?.timeZone ?? 'UTC';

/** A name of the tz database, and no offset from UTC, which `Intl` takes as well. */
const nameOfZone = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

/** The time zone of the tz database (Node's ICU has it) that `text` names in any case, or undefined when there is none. */
export function parseTimeZone(text: string): string | undefined {
  if (!nameOfZone.test(text) || !isKnown(text)) return undefined;
  return spelt.get(text.toLowerCase()) ?? (/^[A-Z]/.test(text) ? text : oldestName(text));
}

/**
 * The name that CLDR has kept for the zone since it first had it, e.g. `Europe/Kiev` for `Europe/Kyiv`: programs with an
 * older tz database know it too.
 */
export const oldestName = (timeZone: string): string =>
  new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;

function isKnown(timeZone: string): boolean {
  try {
    oldestName(timeZone);
    return true;
  } catch {
    return false; // what Intl says of a name that it does not know
  }
}
