/** A mail as it arrived. */
export interface ReceivedMail {
  /** The mailbox's own; later mails sort behind earlier ones. */
  readonly id: string;
  /** The `From` header, e.g. `"Support" <support@example.com>`; the envelope's sender if there is none. */
  readonly from: string;
  /** The addresses that the envelope named: whom the mail went to, whatever its headers say. */
  readonly to: readonly string[];
  readonly subject: string;
  /** With its angle brackets, e.g. `<1@example.com>`; empty if there is none. */
  readonly messageId: string;
  readonly html: string | undefined;
  readonly text: string | undefined;
  readonly receivedAt: Date;
  /** Every header in the order of the mail, decoded only as far as lines are unfolded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}
