import type { CompanyId } from '../company/company-id.ts';
import type { Requester } from '../company/requester.ts';

/** What somebody may be: a customer of their own, a partner who acts for customers, an operator of this service. */
export const roles = ['customer', 'partner', 'operator'] as const;
export type Role = (typeof roles)[number];

/** What a token says of itself, as far as it does. */
export interface TokenName {
  /** Its `jti`. */
  readonly tokenId?: string | undefined;
  /** The `kid` of the key that it was signed with. */
  readonly keyId?: string | undefined;
  /** Its `iat`, in milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
}

/** Who is asking. Every request has one. The subject is the token's `sub`. */
export interface Viewer extends Requester, TokenName {
  readonly roles: readonly Role[];
  /** When their token ends, in milliseconds since 1970, and their live streams with it. */
  readonly until: number | undefined;
  /** They came with a stream token: only this company's stream is open to them, and no other operation. */
  readonly onlyStreamOf?: CompanyId;
}

export function viewer(
  subject: string,
  email: string | undefined,
  given: readonly Role[],
  until?: number,
  token: TokenName = {},
): Viewer {
  const isOperator = given.includes('operator');
  return {
    subject,
    email,
    roles: given,
    seesAll: isOperator,
    namesCustomers: isOperator || given.includes('partner'),
    until,
    ...token,
  };
}
