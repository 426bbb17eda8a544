/** What somebody may be: a customer of his own, a partner who acts for customers, an operator of this service. */
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

/** Who is asking. Every request has one. */
export interface Viewer extends TokenName {
  /** The `sub` of his token; companies belong to it. */
  readonly subject: string;
  readonly email: string | undefined;
  readonly roles: readonly Role[];
  /** Operators see every company, others those that they created. */
  readonly seesAll: boolean;
  /** Partners and operators may say whom to mail. */
  readonly namesCustomers: boolean;
  /** When his token ends, in milliseconds since 1970, and his live streams with it. */
  readonly until: number | undefined;
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
