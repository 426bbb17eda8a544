import { type BlockList, isIP, isIPv4 } from 'node:net';

/**
 * The network address that a request comes from. What the header X-Forwarded-For says is believed of trusted proxies
 * alone, from the nearest on: the first address that is none of theirs is the client's.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string | undefined {
  let address = plain(peer ?? '');
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
  for (const hop of hops.reverse()) {
    if (!isTrusted(address, trusted) || isIP(hop) === 0) break;
    address = hop;
  }
  return address === '' ? undefined : address;
}

/** The network that a refused log-in is counted for: the smallest that an attacker controls as a whole, typically one household or company. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [left = [], right] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = right ? Array<string>(8 - left.length - right.length).fill('0') : [];
  const groups = [...left, ...zeros, ...(right ?? [])].slice(0, 3);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/48`;
}

const isTrusted = (address: string, trusted: BlockList): boolean =>
  isIP(address) !== 0 && trusted.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');

/** Without a port, a zone or brackets; an IPv4 address as such, whatever the socket's family. */
function plain(address: string): string {
  const bare = /^\[([^\]]*)\](:\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
  const [text = ''] = bare.toLowerCase().split('%');
  return isIPv4(text.replace(/^::ffff:/, '')) ? text.replace(/^::ffff:/, '') : text;
}
