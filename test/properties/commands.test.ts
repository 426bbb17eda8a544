// Any sequence of commands leaves a few companies as the model of ARCHITECTURE.md's rules says.

import { after, test } from 'node:test';
import fc from 'fast-check';
import { openCompanyStore } from '../support/company-store.ts';
import type { Model, Real } from './command.ts';
import { customerCommands } from './customer-commands.ts';
import { mailCommands } from './mail-commands.ts';
import { parameters } from './parameters.ts';
import { workerCommands } from './worker-commands.ts';

const store = await openCompanyStore(after);

/** Most of what is drawn finds nothing to do yet and is left out, so that about half of it is carried out. */
const commands = fc.commands([...customerCommands, ...workerCommands, ...mailCommands], {
  maxCommands: 180,
  size: 'max',
});

/** A run begins with no companies at all. */
async function setUp(): Promise<{ model: Model; real: Real }> {
  await store.em.execute('truncate company, company_event, outbox_mail');
  const real = { store, ids: new Map(), claims: new Map(), tries: new Map() };
  return { model: { companies: [] }, real };
}

test('company state always matches the model', async () => {
  await fc.assert(
    fc.asyncProperty(commands, (drawn) => fc.asyncModelRun(setUp, drawn)),
    { ...parameters(40), plugins: [fc.unbiased()] },
  );
});
