/** Why work on a company stops before it is done. It is the reason of the one AbortSignal that everything below listens to. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly why: 'deadline' | 'cancelled' | 'lease-lost' | 'shutdown';

  constructor(why: Stop['why']) {
    super(`Stopped: ${why}`);
    this.why = why;
  }
}
