// All actors at once, with answers in any order and with faults: the invariants of ARCHITECTURE.md hold once all is quiet.

import { after, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import fc from 'fast-check';
import { openCompanyStore } from '../support/company-store.ts';
import { interleave } from './interleaving.ts';
import { assertInvariants } from './invariants.ts';
import { parameters } from './parameters.ts';
import { scenario } from './scenario.ts';

const store = await openCompanyStore(after);

/** The embedded database answers within one turn of the event loop, so an actor that is still silent waits for its turn. */
const scheduler = fc.scheduler({
  act: async (takeTurn) => {
    await takeTurn();
    await settled();
  },
});

/** A run takes a fraction of a second; one that takes so long, in milliseconds, waits for something that never comes. */
const timeout = 20_000;

test('invariants hold under any interleaving of actors and faults', async () => {
  await fc.assert(
    fc.asyncProperty(scheduler, scenario, async (scheduled, drawn) => {
      await store.em.execute('truncate company, company_event, outbox_mail');
      const outcome = await interleave(store, scheduled, drawn);
      try {
        await assertInvariants(store, outcome);
      } finally {
        outcome.close();
      }
    }),
    { ...parameters(60), timeout, plugins: [fc.unbiased()] },
  );
});
