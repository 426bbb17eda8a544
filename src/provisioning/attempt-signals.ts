import type { Db } from '../company/tables.ts';
import type { Liveness } from '../observability/liveness.ts';
import { Interruption } from './interruption.ts';
import { type Claim, keepLease, type LeaseTimes } from './lease.ts';

/** What ends an attempt from outside. Both signals abort with an Interruption. */
export interface AttemptSignals extends Disposable {
  /** Aborts when the company is no longer this worker's to change: the lease is lost, or the process shuts down. */
  readonly ownership: AbortSignal;
  /** Aborts then too, and at the deadline and on a cancel, after which this worker still rolls back and ends the attempt. */
  readonly work: AbortSignal;
}

export interface AttemptSignalsOptions {
  readonly times: LeaseTimes;
  readonly shutdown: AbortSignal;
  readonly liveness: Liveness;
}

/** Keeps the claimed company's lease until it is disposed of. */
export function openAttemptSignals(
  db: Db,
  claim: Claim,
  { times, shutdown, liveness }: AttemptSignalsOptions,
): AttemptSignals {
  const ownership = new AbortController();
  const work = new AbortController();
  const interrupt = (interruption: Interruption): void => {
    if (interruption.reason === 'lease-lost' || interruption.reason === 'shutdown') ownership.abort(interruption);
    work.abort(interruption);
  };

  const onShutdown = (): void => interrupt(new Interruption('shutdown'));
  shutdown.addEventListener('abort', onShutdown);
  if (shutdown.aborted) onShutdown();
  if (claim.company.cancel_requested_at) interrupt(new Interruption('cancelled'));
  const deadline = setTimeout(() => interrupt(new Interruption('deadline')), claim.remaining);
  const lease = keepLease(db, claim, { times, liveness }, interrupt);
  return {
    ownership: ownership.signal,
    work: work.signal,
    [Symbol.dispose]() {
      lease.close();
      clearTimeout(deadline);
      shutdown.removeEventListener('abort', onShutdown);
    },
  };
}
