const longest = 4_000;

/**
 * `text` without `secret`, in whatever spelling a log or a traceback quotes it, and fit to keep: the end of it, without
 * what PostgreSQL's texts and JSON cannot hold.
 */
export function scrub(text: string, secret = ''): string {
  const clean = secret === '' ? text : without(text, secret);
  const kept = clean.length > longest ? `…${clean.slice(-longest)}` : clean;
  return kept.replaceAll('\0', '\uFFFD').toWellFormed();
}

function without(text: string, secret: string): string {
  // A look-ahead finds occurrences that overlap as well.
  const occurrence = new RegExp(`(?=(${[...secret].map(anySpelling).join('')}))`, 'giu');
  let clean = '';
  let end = 0;
  for (const { index, 1: found = '' } of text.matchAll(occurrence)) {
    if (index >= end) clean += `${text.slice(end, index)}[secret]`;
    end = Math.max(end, index + found.length);
  }
  return clean + text.slice(end);
}

const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** One character as itself, or as JSON, Python, a URL, a form or HTML write it. */
function anySpelling(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const utf16 = [...Array(character.length).keys()].map((index) => character.charCodeAt(index).toString(16));
  const spellings = [
    `\\\\?${RegExp.escape(character)}`,
    utf16.map((unit) => `\\\\u${unit.padStart(4, '0')}`).join(''),
    `\\\\U${hex.padStart(8, '0')}`,
    ...(code < 256 ? [`\\\\x${hex.padStart(2, '0')}`] : []),
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    `&#0*${code};`,
    `&#x0*${hex};`,
    ...(names[character] ? [`&${names[character]};`] : []),
    ...(character === ' ' ? ['\\+'] : []),
  ];
  return `(?:${spellings.join('|')})`;
}
