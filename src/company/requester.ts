/** Who asks, as far as companies are concerned. */
export interface Requester {
  readonly subject: string;
  /** Where to write to him; a partner or an operator may have none. */
  readonly email: string | undefined;
  /** Which companies exist for him: all, or those that he created. */
  readonly seesAll: boolean;
  /** True when he may name another address to mail: partners and operators. */
  readonly namesCustomers: boolean;
}
