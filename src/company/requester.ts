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

/** How a tenant's owner begins: no subject does, since no claim of a token may contain a control character. */
const tenantPrefix = 'tenant\u001F';

/** Whose something is, by name. */
export type OwnerName =
  | { readonly tenant: string; readonly subject?: undefined }
  | { readonly subject: string; readonly tenant?: undefined };

/** Whose companies a tenant's members or a single subject's are. A tenant and a subject of the same name are two owners. */
export const ownerOf = ({ tenant, subject }: OwnerName): string =>
  tenant === undefined ? subject : `${tenantPrefix}${tenant}`;

/** For people and the audit log: a tenant and a subject of the same name differ. */
export function describeOwner(owner: string): string {
  const { tenant, subject } = nameOfOwner(owner);
  return tenant === undefined ? `subject ${subject}` : `tenant ${tenant}`;
}

/** The name that `ownerOf` was given. */
export const nameOfOwner = (owner: string): OwnerName =>
  owner.startsWith(tenantPrefix) ? { tenant: owner.slice(tenantPrefix.length) } : { subject: owner };
