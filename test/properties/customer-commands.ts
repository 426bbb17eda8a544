// What customers do: ask for companies, queue them and cancel them, also those of others.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cancelCompany } from '../../src/company/cancel-company.ts';
import { createCompany } from '../../src/company/create-company.ts';
import { type MoveOutcome, queueCompany } from '../../src/company/queue-company.ts';
import type { Requester } from '../../src/company/requester.ts';
import { requestFor } from '../support/test-service.ts';
import { always, type Command, command, often, onCompany } from './command.ts';
import { type CompanyModel, cancel, newCompany, queue } from './company-model.ts';

const customer = fc.constantFrom('jane', 'joe');
const requester = (owner: string): Requester => ({
  owner,
  email: `${owner}@customers.example`,
  seesAll: false,
  namesCustomers: false,
});

/** Few of each, so that keys come again with the same and with other requests, and site names are taken. */
const request = fc.record({
  owner: customer,
  site: fc.nat(1),
  key: fc.option(fc.nat(1)),
  draft: fc.boolean(),
  adminPassword: fc.constantFrom('correct horse battery', 'another horse battery'),
});

/** A repeated request is compared as long as there is something to compare it with: nothing of a password outlives it. */
const asCompared = ({ passwordKept }: CompanyModel, asked: string): string =>
  passwordKept ? asked : JSON.stringify({ ...JSON.parse(asked), adminPassword: null });

const create: fc.Arbitrary<Command> = command(
  'create',
  request,
  always,
  async ({ companies }, real, { owner, site, key, draft, adminPassword }) => {
    const siteName = `site-${site}.localhost`;
    const input = requestFor(siteName, {
      draft,
      adminPassword,
      idempotencyKey: key === null ? null : `key-${key}`,
    });
    const wanted = { siteName, owner, key: input.idempotencyKey, request: JSON.stringify(input) };
    const first = companies.find(
      (company) => wanted.key !== null && company.owner === owner && company.key === wanted.key,
    );
    const outcome = await createCompany(real.store.deps, requester(owner), input);

    if (first && asCompared(first, first.request) !== asCompared(first, wanted.request))
      assert.equal(outcome.kind, 'idempotency-key-reused');
    else if (!first && companies.some((company) => company.siteName === siteName))
      assert.equal(outcome.kind, 'site-name-taken');
    else {
      assert.ok(outcome.kind === 'created', outcome.kind);
      const company = first ?? newCompany(wanted, draft);
      assert.equal(outcome.company.id, real.ids.get(company) ?? outcome.company.id);
      if (first) return;
      companies.push(company);
      real.ids.set(company, outcome.company.id);
    }
  },
);

/** Another customer's company does not exist for the requester. */
const expectedOf = (
  company: CompanyModel,
  asks: string,
  move: (company: CompanyModel) => boolean,
): MoveOutcome['kind'] => (company.owner !== asks ? 'not-found' : move(company) ? 'moved' : 'wrong-status');

/** The owner most of the time. */
const stranger = fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });

const asked = (
  name: string,
  ask: typeof queueCompany | typeof cancelCompany,
  move: (company: CompanyModel) => boolean,
): fc.Arbitrary<Command> =>
  onCompany(name, always, fc.record({ stranger }), async (company, id, { store }, drawn) => {
    const asks = drawn.stranger ? 'somebody else' : company.owner;
    const expected = expectedOf(company, asks, move);
    assert.equal((await ask(store, requester(asks), id)).kind, expected);
  });

const queueing = asked('queue', queueCompany, queue);

export const customerCommands = often([create, 2], [queueing, 4], [asked('cancel', cancelCompany, cancel), 1]);
