import { isIP } from 'node:net';
import { hostOf } from '../common/server-url.ts';
import { isLoopback, isPublic } from './public-address.ts';

export interface AddressRules {
  /** For development: messages may go to this machine, and without TLS. */
  readonly allowLoopback: boolean;
}

const longestUrl = 2_048;
/** The ports below belong to mail servers and the like, which must not be sent what somebody else has chosen. */
const firstFreePort = 1_024;
const notPublic = 'Give a host on the public internet.';

/**
 * Why no message may be sent to this URL, as a sentence that says what to give instead; null when one may be. What a name
 * resolves to may change, and is checked when a message is sent.
 */
export function endpointAddressFault(text: string, { allowLoopback }: AddressRules): string | null {
  if (text.length > longestUrl) return `Give a URL of at most ${longestUrl} characters.`;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:')))
    return 'Give a URL that begins with https://, such as https://portal.example.com/webhooks.';
  if (url.username !== '' || url.password !== '') return 'Leave user name and password out of the URL.';
  if (url.hash !== '') return 'Leave “#” and what follows it out of the URL.';
  const host = hostOf(url);
  if (isLocalhost(host) || isLoopback(host)) return allowLoopback ? null : notPublic;
  if (isIP(host) !== 0 && !isPublic(host)) return notPublic;
  if (url.port !== '' && Number(url.port) < firstFreePort) return `Use port 443, or ${firstFreePort} and above.`;
  return null;
}

/** A name of this machine, for which no server is to be asked (RFC 6761, section 6.3). */
export const isLocalhost = (host: string): boolean => /(^|\.)localhost\.?$/i.test(host);
