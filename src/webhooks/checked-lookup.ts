import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { type AddressRules, isLocalhost } from './endpoint-address.ts';
import { isLoopback, isPublic } from './public-address.ts';

/** The host has no address, or one that no message may be sent to. */
export class NoPermittedAddress extends Error {
  override readonly name = 'NoPermittedAddress';
}

export interface LookupRules extends AddressRules {
  /** The DNS servers to ask, as addresses with an optional port; by default those that this machine asks. */
  readonly dnsServers?: readonly string[] | undefined;
}

/** How long a DNS server may take for its first answer, in milliseconds, and how often it is asked. */
const patience = { timeout: 3_000, tries: 2 };

/**
 * The lookup of one connection. The connection gets the very addresses that were checked, so that no later answer of DNS comes
 * between check and connection; one address that is not permitted refuses the host. `dns.lookup` would hold one of this
 * process's few threads for as long as somebody's DNS server is silent.
 */
export function checkedLookup({ allowLoopback, dnsServers }: LookupRules, signal: AbortSignal): LookupFunction {
  const isPermitted = ({ address }: HostAddress): boolean =>
    isPublic(address) || (allowLoopback && isLoopback(address));
  return (host, { all }, callback) => {
    void resolve(host, dnsServers, signal).then((addresses) => {
      const [first] = addresses;
      if (first === undefined || !addresses.every(isPermitted)) callback(new NoPermittedAddress(), []);
      else if (all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** All addresses of the host; none when DNS does not know it, or does not answer. */
async function resolve(
  host: string,
  dnsServers: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<HostAddress[]> {
  if (isLocalhost(host)) return [of(4)('127.0.0.1'), of(6)('::1')];
  const resolver = new Resolver(patience);
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  // Most hosts lack one of the two families, for which DNS answers with an error.
  const none = (): string[] => [];
  const [four, six] = await Promise.all([resolver.resolve4(host).catch(none), resolver.resolve6(host).catch(none)]);
  return [...four.map(of(4)), ...six.map(of(6))];
}

const of =
  (family: 4 | 6) =>
  (address: string): HostAddress => ({ address, family });
