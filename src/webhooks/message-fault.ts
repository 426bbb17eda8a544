import { NoPermittedAddress } from './checked-lookup.ts';

/** Why a message got no answer. */
export const messageFaults = [
  'ADDRESS_NOT_PERMITTED',
  'UNREACHABLE',
  'TLS_FAILED',
  'DISCONNECTED',
  'INVALID_RESPONSE',
  'TIMED_OUT',
] as const;
export type MessageFault = (typeof messageFaults)[number];

/** Codes of Node, OpenSSL and undici, or the name of an error without one. The first that fits counts. */
const faultByCode: readonly (readonly [RegExp, MessageFault])[] = [
  [/TIMED?OUT/, 'TIMED_OUT'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'UNREACHABLE'],
  [/CERT|TLS|SSL|EPROTO|UNABLE_TO|INVALID_(CA|PURPOSE)/, 'TLS_FAILED'],
  [/^(HTTPParserError|HPE_.*|UND_ERR_HEADERS_OVERFLOW)$/, 'INVALID_RESPONSE'],
];

export function messageFaultOf(error: unknown): MessageFault {
  if (error instanceof NoPermittedAddress) return 'ADDRESS_NOT_PERMITTED';
  if (!(error instanceof Error)) return 'DISCONNECTED';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return faultByCode.find(([pattern]) => pattern.test(code))?.[1] ?? 'DISCONNECTED';
}
