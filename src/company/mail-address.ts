import { isHostName } from './site-name.ts';

/** What may be wrong with a mail address. */
export type MailAddressFault = 'TOO_LONG' | 'INVALID_CHARACTERS' | 'INVALID_FORMAT';

/** In octets: a path of RFC 5321 section 4.5.3.1.3 without its angle brackets. */
const longestAddress = 254;
/** RFC 5321 section 4.5.3.1.1. */
const longestLocalPart = 64;

/** Dot-atom of RFC 5322 section 3.2.3: no quoted strings, no comments. */
const dotAtom = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;

/**
 * The one plain address that `text` spells (mailbox of RFC 5321, ASCII, no display name, no IP literal, a domain of two
 * labels or more), or undefined when it is not one. The domain comes back in lower case, the local part as it is.
 * Nothing that passes can carry a second recipient or a header: no comma, no semicolon, no space, no CR or LF.
 */
export function parseMailAddress(text: string): string | undefined {
  if (mailAddressFault(text) !== undefined) return undefined;
  const at = text.lastIndexOf('@');
  return text.slice(0, at) + text.slice(at).toLowerCase();
}

/** Why `text` is not a plain mail address; undefined when it is. */
export function mailAddressFault(text: string): MailAddressFault | undefined {
  if (text.length > longestAddress) return 'TOO_LONG';
  if (!/^[!-~]*$/.test(text)) return 'INVALID_CHARACTERS';
  const at = text.lastIndexOf('@');
  const localPart = text.slice(0, at);
  if (at < 1 || !dotAtom.test(localPart) || !isHostName(text.slice(at + 1))) return 'INVALID_FORMAT';
  return localPart.length > longestLocalPart ? 'TOO_LONG' : undefined;
}
