/** Who asks, as far as companies are concerned. */
export interface Requester {
  /** Companies belong to it. */
  readonly subject: string;
  /** Where to write to them; a partner or an operator may have none. */
  readonly email: string | undefined;
  /** Operators see every company, others those that they created. */
  readonly seesAll: boolean;
  /** Partners and operators may name another address to mail. */
  readonly namesCustomers: boolean;
}
