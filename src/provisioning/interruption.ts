/** Why work on a company ends before it is done: the reason of the AbortSignal that every step gets. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly reason: 'deadline' | 'cancelled' | 'lease-lost' | 'shutdown';

  constructor(reason: Interruption['reason']) {
    super(`Interrupted: ${reason}`);
    this.reason = reason;
  }
}
