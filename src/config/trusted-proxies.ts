import { BlockList, isIP, isIPv4 } from 'node:net';
import { z } from 'zod';

/** Addresses and networks with commas between. A network of everybody would let everybody say who they are. */
export const trustedProxies = z.string().transform((text, context) => {
  const proxies = new BlockList();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const most = isIPv4(address) ? 32 : 128;
    const length = prefix === undefined ? most : Number(prefix);
    if (isIP(address) === 0 || address.includes('%') || length < 1 || length > most) {
      context.addIssue({
        code: 'custom',
        message: 'must be addresses or networks such as 10.0.0.0/8, with commas between',
      });
      return z.NEVER;
    }
    proxies.addSubnet(address, length, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return proxies;
});
