import type { Notifier } from '../src/company/notifier.ts';
import type { Db } from '../src/company/tables.ts';
import type { Liveness, Repetition } from '../src/observability/liveness.ts';
import { type Log, logOnChange } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import { failLostAttempts, isAnyStranded } from '../src/provisioning/rescue.ts';

/** The pause between checks for lost attempts, in milliseconds. */
const pause = 2_000;

export interface RescuerDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/**
 * Ends the attempts that no worker will finish, and logs when companies wait and no worker lives. Every process does so, an
 * API too: every worker may hang in one company, until none is left.
 */
export function openRescuer({ db, notifier, metrics, liveness, log }: RescuerDeps): Repetition {
  const report = logOnChange((err) => log.warn({ err }, 'could not check for lost attempts, retrying'));

  const reportStranded = logOnChange((message) => log.error(message));

  const look = async (): Promise<void> => {
    for (const { id, reason } of await failLostAttempts(db, notifier)) {
      metrics.attemptLost(reason);
      log.error({ companyId: id, reason }, 'a lost attempt was ended');
    }
    if (await isAnyStranded(db)) reportStranded('companies wait and no worker lives; start one');
  };
  return liveness.repeat('rescuer', look, { pause, onError: ({ message }) => report(message) });
}
