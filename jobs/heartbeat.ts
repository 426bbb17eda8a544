import type { Db } from '../src/company/tables.ts';
import { type Liveness, lateOf, type Repetition } from '../src/observability/liveness.ts';
import { type Log, logOnChange } from '../src/observability/log.ts';
import { recordHeartbeat } from '../src/provisioning/live-workers.ts';

/** The pause between heartbeats, in milliseconds. */
const pause = 3_000;

export interface HeartbeatDeps {
  readonly db: Db;
  readonly worker: string;
  readonly liveness: Liveness;
  readonly log: Log;
}

/** Records in the database that this worker lives, and which of its loops are late. */
export function openHeartbeat({ db, worker, liveness, log }: HeartbeatDeps): Repetition {
  const startedAt = performance.now();
  const report = logOnChange((err) => log.warn({ err }, 'heartbeat failed, retrying'));
  const beat = (): Promise<void> =>
    recordHeartbeat(db, { name: worker, age: performance.now() - startedAt, lateLoops: lateOf(liveness) });
  return liveness.repeat('heartbeat', beat, { pause, onError: ({ message }) => report(message) });
}
