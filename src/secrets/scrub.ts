import { apiKeyPattern } from '../common/api-key-pattern.ts';

const longest = 4_000;

/**
 * `text` without API keys and the `secrets`, in whatever spelling a log or a traceback quotes them, and fit to keep: the end of it,
 * without what PostgreSQL's texts and JSON cannot hold. Takes time linear in the text, whatever the secrets are.
 */
export function scrub(text: string, ...secrets: readonly (string | undefined)[]): string {
  const clean = without(text, spelled(text, secrets));
  const kept = clean.length > longest ? `…${clean.slice(-longest)}` : clean;
  return kept.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** Lines without the secrets, also without one that continues on the next line. Takes time linear in the text. */
export function scrubLines(lines: readonly string[], secrets: Iterable<string>): string[] {
  const text = lines.join('');
  const covered = spelled(text, [...secrets]);
  let end = 0;
  return lines.map((line) => {
    const start = end;
    end += line.length;
    return without(line, covered.subarray(start, end));
  });
}

/** The text with a note in place of each run of covered positions. */
function without(text: string, covered: Uint8Array): string {
  let clean = '';
  for (let start = 0; start < text.length; ) {
    const end = covered.indexOf(covered[start] === 0 ? 1 : 0, start);
    const next = end === -1 ? text.length : end;
    clean += covered[start] === 0 ? text.slice(start, next) : '[secret]';
    start = next;
  }
  return clean;
}

/** One for each UTF-16 unit of the text that belongs to an occurrence of a secret or to an API key; occurrences may overlap. */
function spelled(text: string, secrets: readonly (string | undefined)[]): Uint8Array {
  const covered = new Uint8Array(text.length);
  for (const secret of new Set(secrets)) if (secret) cover(covered, text, [...secret].map(folded));
  for (const { 0: key, index } of text.matchAll(apiKeyPattern)) covered.fill(1, index, index + key.length);
  return covered;
}

/**
 * The shift-and algorithm (Baeza-Yates and Gonnet 1992), since a text can be read in several ways: "\\" is two
 * backslashes or an escaped one. Bit `k` of a set stands for the first `k` characters of the secret. Forwards it is
 * found which of them the text spells up to each position; backwards, which of those continue to the secret's end.
 */
function cover(covered: Uint8Array, text: string, secret: readonly string[]): void {
  const places = new Map<string, bigint>();
  for (const [place, character] of secret.entries()) {
    places.set(character, (places.get(character) ?? 0n) | (1n << BigInt(place)));
  }
  const whole = 1n << BigInt(secret.length);
  const begun = new Map<number, bigint>();
  for (let position = 0; position < text.length; position += 1) {
    const here = (begun.get(position) ?? 0n) | 1n;
    for (const { character, end } of readingsAt(text, position)) {
      const further = (here & (places.get(character) ?? 0n)) << 1n;
      if (further !== 0n) begun.set(end, (begun.get(end) ?? 0n) | further);
    }
  }
  const ending = new Map<number, bigint>();
  for (const [position, prefixes] of begun) if ((prefixes & whole) !== 0n) ending.set(position, whole);
  for (let position = text.length - 1; ending.size > 0 && position >= 0; position -= 1) {
    const here = (begun.get(position) ?? 0n) | 1n;
    for (const { character, end } of readingsAt(text, position)) {
      const onTheWay = here & (places.get(character) ?? 0n) & ((ending.get(end) ?? 0n) >> 1n);
      if (onTheWay === 0n) continue;
      ending.set(position, (ending.get(position) ?? 0n) | onTheWay);
      covered.fill(1, position, end);
    }
  }
}

/** Logs may spell a secret in another case. */
const folded = (character: string): string => character.toLowerCase();

/** One character that the text spells from a position on, and where its spelling ends. */
interface Reading {
  readonly character: string;
  readonly end: number;
}

/** How the text may be meant from here: as it stands, or as JSON, Python, a URL, a form or HTML write one character. */
function readingsAt(text: string, position: number): Reading[] {
  const asItStands = codePointAt(text, position);
  const readings = [asItStands];
  if (asItStands.character === '\\' && asItStands.end < text.length) {
    readings.push(codePointAt(text, asItStands.end));
  }
  if (asItStands.character === '+') readings.push({ character: ' ', end: asItStands.end });
  for (const { spelling, read } of escapes[asItStands.character] ?? []) {
    spelling.lastIndex = position;
    const found = spelling.exec(text)?.[0];
    const character = found === undefined ? undefined : read(found);
    if (character !== undefined) readings.push({ character: folded(character), end: position + (found?.length ?? 0) });
  }
  return readings;
}

function codePointAt(text: string, position: number): Reading {
  const character = String.fromCodePoint(text.codePointAt(position) ?? 0);
  return { character: folded(character), end: position + character.length };
}

const fromCode = (code: number): string | undefined => (code <= 0x10ffff ? String.fromCodePoint(code) : undefined);
const fromBytes = (hex: string): string | undefined => {
  const [character, ...others] = Buffer.from(hex, 'hex').toString();
  return others.length === 0 ? character : undefined;
};

const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface Escape {
  /** Sticky, and of bounded length. */
  readonly spelling: RegExp;
  readonly read: (found: string) => string | undefined;
}

/** Escapes by the character that they begin with. */
const escapes: Readonly<Record<string, readonly Escape[]>> = {
  '\\': [
    { spelling: /\\u[\da-f]{4}/iy, read: (found) => fromCode(Number.parseInt(found.slice(2), 16)) },
    {
      spelling: /\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}/iy,
      read: (found) => String.fromCharCode(...[2, 8].map((at) => Number.parseInt(found.slice(at, at + 4), 16))),
    },
    { spelling: /\\U[\da-f]{8}/iy, read: (found) => fromCode(Number.parseInt(found.slice(2), 16)) },
    { spelling: /\\x[\da-f]{2}/iy, read: (found) => fromCode(Number.parseInt(found.slice(2), 16)) },
  ],
  '%': [/%[\da-f]{2}/iy, /(?:%[\da-f]{2}){2}/iy, /(?:%[\da-f]{2}){3}/iy, /(?:%[\da-f]{2}){4}/iy].map((spelling) => ({
    spelling,
    read: (found) => fromBytes(found.replaceAll('%', '')),
  })),
  '&': [
    { spelling: /&#\d{1,10};/y, read: (found) => fromCode(Number(found.slice(2, -1))) },
    { spelling: /&#x[\da-f]{1,10};/iy, read: (found) => fromCode(Number.parseInt(found.slice(3, -1), 16)) },
    { spelling: /&[a-z]{2,4};/iy, read: (found) => names[found.slice(1, -1).toLowerCase()] },
  ],
};
