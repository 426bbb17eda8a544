/** The most characters that a claim such as `sub`, `jti` or `email` may have. */
export const longestClaim = 255;

/**
 * Why `text` cannot be a token's `sub` or `jti`, or undefined if it can: a claim is text that the database can hold and
 * a log can show.
 */
export function claimTextFault(text: string): 'REQUIRED' | 'TOO_LONG' | 'INVALID_CHARACTERS' | undefined {
  if (text === '') return 'REQUIRED';
  if (text.length > longestClaim) return 'TOO_LONG';
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'INVALID_CHARACTERS';
  return undefined;
}
