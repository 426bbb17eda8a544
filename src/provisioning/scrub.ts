const longest = 4_000;

/** `text` without `secret`, in whatever spelling a log or a traceback quotes it, and short enough to keep: the end of it. */
export function scrub(text: string, secret: string): string {
  const spellings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), htmlEscaped(secret)];
  const clean = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, '[secret]'), text);
  return clean.length > longest ? `…${clean.slice(-longest)}` : clean;
}

const htmlEscaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
