/** What was unavailable when, by this machine's clock. Only an outage explains copies of mails and lost claims. */
export interface Outages {
  /** It is unavailable from now on, until the returned function is called; a killed incarnation is so forever. */
  begin(of: string): () => void;
  /** Whether it was unavailable at any moment between these two. */
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
