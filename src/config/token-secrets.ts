import { z } from 'zod';

/** Bits that a secret must have at the very least; random ones have 190 and more. */
const leastBits = 80;

/** One or several secrets with commas between, each of 32 characters or more. The first signs, all of them verify. */
export const tokenSecrets = z.string().transform((text, context): [string, ...string[]] => {
  const [first, ...rest] = text.split(',').map((secret) => secret.trim());
  for (const secret of [first ?? '', ...rest]) {
    if (secret.length < 32) context.addIssue({ code: 'custom', message: 'must have at least 32 characters' });
    else if (isGuessable(secret)) {
      context.addIssue({ code: 'custom', message: 'must be random, such as from: openssl rand -base64 48' });
    }
  }
  return first === undefined ? z.NEVER : [first, ...rest];
});

/** Length is not entropy: a few characters over and over, or an example that was copied. */
function isGuessable(secret: string): boolean {
  if (/^<.*>|change.?me|example/i.test(secret)) return true;
  // What repeats itself counts once.
  const block = /^(.{1,4})\1*(?!\1).{0,3}$/s.exec(secret)?.[1];
  return bitsOf(block ?? secret) < leastBits;
}

/** Shannon's entropy of its characters, times their number. */
function bitsOf(text: string): number {
  const counts = Map.groupBy(text, (character) => character)
    .values()
    .map(({ length }) => length / text.length);
  return [...counts].reduce((sum, share) => sum - share * Math.log2(share), 0) * text.length;
}
