import { type ApiKeyScope, apiKeyScopes } from '../company/api-key.ts';
import type { CompanyId } from '../company/company-id.ts';
import { parseMailAddress } from '../company/mail-address.ts';
import { nameOfOwner, type Requester } from '../company/requester.ts';

/** What somebody may be: a customer of their own, a partner who acts for customers, an operator of this service. */
export const roles = ['customer', 'partner', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Whether these roles are those of a partner or an operator. */
export const actsForOthers = (given: readonly Role[]): boolean =>
  given.includes('partner') || given.includes('operator');

/** What a token says of itself, as far as it does. */
export interface TokenName {
  /** Its `jti`. */
  readonly tokenId?: string | undefined;
  /** The `kid` of the key that it was signed with. */
  readonly keyId?: string | undefined;
  /** The id of the API key that it is, or that a stream token was made with. */
  readonly apiKey?: string | undefined;
  /** Its `iat`, in milliseconds since 1970. */
  readonly issuedAt?: number | undefined;
}

/** Who is asking. Every request has one. */
export interface Viewer extends Requester, TokenName {
  /** The token's `sub`: the person or program, whoever owns the companies. */
  readonly subject: string;
  /** The tenant that they act for; undefined for customers, who act for themselves. */
  readonly tenant: string | undefined;
  readonly roles: readonly Role[];
  /** What they may do; with a token, all that its roles allow. */
  readonly scopes: readonly ApiKeyScope[];
  /** When their token ends, in milliseconds since 1970, and their live streams with it. */
  readonly until: number | undefined;
  /** They came with a stream token: only this company's stream is open to them, and no other operation. */
  readonly onlyStreamOf?: CompanyId;
}

const scopesOfPartners = apiKeyScopes.filter((scope) => scope !== 'operate');

/** Who comes with a token. */
export function viewer(
  subject: string,
  email: string | undefined,
  given: readonly Role[],
  until?: number,
  {
    owner = subject,
    emailVerified,
    ...token
  }: TokenName & { readonly owner?: string | undefined; readonly emailVerified?: boolean | undefined } = {},
): Viewer {
  return {
    owner,
    subject,
    tenant: nameOfOwner(owner).tenant,
    email,
    // Those who act for others see what their owner created: an address of theirs adds nothing to it.
    verifiedEmail: emailVerified && email !== undefined && !actsForOthers(given) ? parseMailAddress(email) : undefined,
    roles: given,
    scopes: given.includes('operator') ? apiKeyScopes : scopesOfPartners,
    seesAll: given.includes('operator'),
    namesCustomers: actsForOthers(given),
    until,
    ...token,
  };
}
