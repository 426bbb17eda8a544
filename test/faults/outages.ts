/** Who was away when, by this machine's clock. Copies of mails and lost claims are excused by an outage or not at all. */
export interface Outages {
  /** It is away from now on, until the returned function is called; a program that was killed is so for ever. */
  begin(of: string): () => void;
  /** Whether it was away at any moment between these two. */
  touch(of: string, from: number, to: number): boolean;
}

export function openOutages(): Outages {
  const outages: { readonly of: string; readonly from: number; to: number }[] = [];
  return {
    begin(of) {
      const outage = { of, from: Date.now(), to: Number.POSITIVE_INFINITY };
      outages.push(outage);
      return () => {
        outage.to = Date.now();
      };
    },
    touch: (of, from, to) => outages.some((outage) => outage.of === of && outage.from <= to && outage.to >= from),
  };
}
