import type { Db } from '../src/company/tables.ts';
import { type Liveness, lateOf, type Repetition } from '../src/observability/liveness.ts';
import { type Log, tellOnChange } from '../src/observability/log.ts';
import { showLife } from '../src/provisioning/live-workers.ts';

/** How often a worker shows that it lives, in milliseconds. */
const pause = 3_000;

export interface HeartbeatDeps {
  readonly db: Db;
  readonly worker: string;
  readonly liveness: Liveness;
  readonly log: Log;
}

/** Shows every process on the database that this worker lives, and which of its loops are late. */
export function openHeartbeat({ db, worker, liveness, log }: HeartbeatDeps): Repetition {
  const startedAt = performance.now();
  const tell = tellOnChange((err) => log.warn({ err }, 'could not show that this worker lives; trying again'));
  const beat = (): Promise<void> =>
    showLife(db, { name: worker, age: performance.now() - startedAt, lateLoops: lateOf(liveness) });
  return liveness.repeat('heartbeat', beat, { pause, onError: ({ message }) => tell(message) });
}
