import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Everything that is routed globally in IPv6; what lies outside is for special use, or will be. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** The addresses by which a network without IPv4 reaches IPv4. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** Where Azure's machines ask about themselves; nothing but this makes the address special. */
const azureMetadata = '168.63.129.16';

/**
 * Whether an IP address belongs to the public internet: not private, shared, loopback, link-local or for any other special use.
 * The metadata services of clouds have such addresses too. An IPv6 address that carries an IPv4 address is not public, except
 * in NAT64, where what it carries decides.
 */
export function isPublic(text: string): boolean {
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast' && address.toString() !== azureMetadata;
  if (address.match(nat64)) return isPublic(address.toByteArray().slice(-4).join('.'));
  return address.range() === 'unicast' && address.match(globalUnicast);
}

/** Loopback in either family; false for what is not an IP address. */
export const isLoopback = (text: string): boolean => isIP(text) !== 0 && ipaddr.parse(text).range() === 'loopback';
