/** Who asks, as far as companies are concerned. */
export interface Requester {
  /** What companies belong to: a tenant, or a single subject. See `ownerOf`. */
  readonly owner: string;
  /** Where to write to them; a partner or an operator may have none. */
  readonly email: string | undefined;
  /** The same in normal form where a customer's token carries it as verified: they may see the companies that are mailed there. */
  readonly verifiedEmail?: string | undefined;
  /** Operators see every company, others those of their owner. */
  readonly seesAll: boolean;
  /** Partners and operators may name another address to mail. */
  readonly namesCustomers: boolean;
}

/** Between the kind of an owner and its name: a control character, which no claim of a token may contain. */
const separator = '\u001F';

/** Whose companies a tenant's members or a single subject's are. A tenant and a subject of the same name are two owners. */
export const ownerOf = (name: { readonly tenant: string } | { readonly subject: string }): string =>
  'tenant' in name ? `tenant${separator}${name.tenant}` : name.subject;
