import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bell } from '../src/company/bell.ts';
import { queueTurn } from '../src/company/queue-turn.ts';
import type { Log } from '../src/log.ts';
import { companiesOwedMail } from '../src/mail/outbox.ts';
import { findWaiting, giveUpLostAttempts } from '../src/provisioning/waiting.ts';

/** How often the database is asked what waits, in milliseconds. */
const pause = 2_000;
/** At most so many of a kind are rung for at a time; the longest waiting first. */
const batch = 200;

/**
 * Rings again for whatever waits in the database, now and every few seconds, so that a ring which got lost costs no
 * more than that; and ends the attempts that no worker will finish.
 */
export function openReconciler(em: SqlEntityManager, bell: Bell, log: Log): { close(): Promise<void> } {
  let open = true;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    try {
      for (const companyId of await giveUpLostAttempts(em, bell)) log.error({ companyId }, 'gave up a lost attempt');
      for (const company of await findWaiting(em, batch)) bell.queued(company.id, queueTurn(company));
      for (const companyId of await companiesOwedMail(em, batch)) bell.owed(companyId);
    } catch (error) {
      log.warn({ err: error instanceof Error ? error.message : error }, 'could not look for what waits; trying again');
    }
    if (open) timer = setTimeout(() => (looking = look()), pause);
  };

  let looking = look();
  return {
    async close() {
      open = false;
      clearTimeout(timer);
      await looking;
    },
  };
}
