/** Why work on a company stops before it is done. It is the reason of the one AbortSignal that everything below listens to. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly reason: 'deadline' | 'cancelled' | 'lease-lost' | 'shutdown';

  constructor(reason: Interruption['reason']) {
    super(`Interrupted: ${reason}`);
    this.reason = reason;
  }
}
