import type { Db } from '../company/tables.ts';
import type { Liveness } from '../observability/liveness.ts';
import { Interruption } from './interruption.ts';
import { type Claim, keepLease, type LeaseTimes } from './lease.ts';

/**
 * A held company's two signals. `held` aborts when it is no longer ours: the lease is lost, or we shut down.
 * `work` aborts then too, and at the deadline and on a cancel, after which there is still something to put in order.
 */
export interface Hold extends Disposable {
  readonly held: AbortSignal;
  readonly work: AbortSignal;
}

export interface AttemptSignalsOptions {
  readonly times: LeaseTimes;
  readonly shutdown: AbortSignal;
  readonly liveness: Liveness;
}

/** Keeps the claimed company's lease until it is disposed of. */
export function openAttemptSignals(db: Db, claim: Claim, { times, shutdown, liveness }: AttemptSignalsOptions): Hold {
  const held = new AbortController();
  const work = new AbortController();
  const stop = (reason: Interruption): void => {
    if (reason.reason === 'lease-lost' || reason.reason === 'shutdown') held.abort(reason);
    work.abort(reason);
  };

  const onShutdown = (): void => stop(new Interruption('shutdown'));
  shutdown.addEventListener('abort', onShutdown);
  if (shutdown.aborted) onShutdown();
  if (claim.company.cancel_requested_at) stop(new Interruption('cancelled'));
  const deadline = setTimeout(() => stop(new Interruption('deadline')), claim.remaining);
  const lease = keepLease(db, claim, { times, liveness }, stop);
  return {
    held: held.signal,
    work: work.signal,
    [Symbol.dispose]() {
      lease.close();
      clearTimeout(deadline);
      shutdown.removeEventListener('abort', onShutdown);
    },
  };
}
