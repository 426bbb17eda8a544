import type { Notifier } from '../src/company/notifier.ts';
import type { Db } from '../src/company/tables.ts';
import type { Liveness, Repetition } from '../src/observability/liveness.ts';
import { type Log, tellOnChange } from '../src/observability/log.ts';
import type { Metrics } from '../src/observability/metrics.ts';
import { giveUpLostAttempts, isStranded } from '../src/provisioning/waiting.ts';

/** How often the database is asked for lost attempts, in milliseconds. */
const pause = 2_000;

export interface RescuerDeps {
  readonly db: Db;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly liveness: Liveness;
  readonly log: Log;
}

/**
 * Ends the attempts that no worker will finish, and tells when companies wait and no worker lives. Every process does so,
 * an API too: a company may be one that each worker hangs in, until none is left.
 */
export function openRescuer({ db, notifier, metrics, liveness, log }: RescuerDeps): Repetition {
  const tell = tellOnChange((err) => log.warn({ err }, 'could not look for lost attempts; trying again'));

  const tellStranded = tellOnChange((message) => log.error(message));

  const look = async (): Promise<void> => {
    for (const { id, reason } of await giveUpLostAttempts(db, notifier)) {
      metrics.gaveUp(reason);
      log.error({ companyId: id, reason }, 'gave up a lost attempt');
    }
    if (await isStranded(db)) tellStranded('companies wait and no worker lives; start one');
  };
  return liveness.repeat('rescuer', look, { pause, onError: ({ message }) => tell(message) });
}
