import assert from 'node:assert/strict';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { findCompaniesWithDueMail } from '../../src/mail/outbox.ts';
import { findWaiting } from '../../src/provisioning/queue.ts';
import { failLostAttempts } from '../../src/provisioning/rescue.ts';
import type { Actors } from './actors.ts';
import type { Injection } from './scenario.ts';

/** What excuses another claim and another copy of a mail; each is named as often as it was injected. */
export interface Injected {
  /** The companies whose lease expired. */
  readonly lapsed: readonly string[];
  /** The mails whose delivery attempt was taken for lost while it was under way. */
  readonly silenced: readonly string[];
  readonly shutdowns: number;
}

/** Injects what is drawn, one after the other. */
export function inject(
  { store: { em }, simulation, notifier, shutDown }: Actors,
  drawn: readonly Injection[],
): Injected {
  const lapsed: string[] = [];
  const silenced: string[] = [];
  const injections: Record<Injection, () => unknown> = {
    'leases run out': async () => lapsed.push(...(await runOut(em))),
    'deadlines pass': () => em.execute(`update company set deadline_at = ${past} where deadline_at is not null`),
    async 'tries fall silent'() {
      const tried = await em.execute<{ id: string }[]>(
        `update outbox_mail set try_until = ${past} where try_until > now() returning id`,
      );
      silenced.push(...tried.map(({ id }) => id));
    },
    'pauses are over': () => em.execute(`update outbox_mail set due_at = ${past}`),
    'workers shut down': shutDown,
    async 'the reconciler looks'() {
      const seen = simulation.dbOf('the reconciler');
      await failLostAttempts(seen, notifier);
      for (const { id } of await findWaiting(seen, batch)) notifier.workAvailable(id);
      for (const id of await findCompaniesWithDueMail(seen, batch)) notifier.mailDue(id);
    },
  };
  simulation.start(async () => {
    for (const what of drawn) {
      await simulation.turn(what);
      await injections[what]();
    }
  });
  return { lapsed, silenced, shutdowns: drawn.filter((what) => what === 'workers shut down').length };
}

/** More than a run can need: an attempt is claimed three times, and a mail is tried again once behind what was drawn. */
const mostRounds = 10;

/**
 * Does whatever is left to do, without any time limit, until nothing is left. Returns the companies whose lease was alive
 * although no worker had them any more.
 */
export async function comeToRest({
  store: { db, em },
  notifier,
  provision,
  deliver,
}: Actors): Promise<readonly string[]> {
  const abandoned = await runOut(em);
  for (let rounds = 0; await isSomethingLeft(em); rounds += 1) {
    assert.ok(rounds < mostRounds, 'something is left to do for ever');
    await em.execute(`update outbox_mail set due_at = ${past}, try_until = null where state = 'WAITING'`);
    await failLostAttempts(db, notifier);
    for (const { id } of await findWaiting(db, batch)) await provision(id, 'the last worker');
    for (const id of await findCompaniesWithDueMail(db, batch)) await deliver(id, 'the last worker');
  }
  return abandoned;
}

const past = `now() - interval '1 second'`;
const batch = 100;

async function runOut(em: SqlEntityManager): Promise<readonly string[]> {
  const held = await em.execute<{ id: string }[]>(
    `update company set leased_until = ${past} where leased_until > now() returning id`,
  );
  return held.map(({ id }) => id);
}

async function isSomethingLeft(em: SqlEntityManager): Promise<boolean> {
  const left = await em.execute(`
    select id from company where status in ('QUEUED', 'PROVISIONING')
    union all select company_id from outbox_mail where state = 'WAITING'`);
  return left.length > 0;
}
