// What workers do, those who hold a company and those who only believe so; and what befalls them.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ownerName } from '../../src/company/owner-name.ts';
import { attemptRecord } from '../../src/provisioning/attempt-record.ts';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { type Claim, claimCompany, releaseLease } from '../../src/provisioning/lease.ts';
import { toActive, toFailed } from '../../src/provisioning/outcomes.ts';
import { findWaiting } from '../../src/provisioning/queue.ts';
import { failLostAttempts } from '../../src/provisioning/rescue.ts';
import type { SitePlan } from '../../src/provisioning/site-host.ts';
import { type CompanyStore, stepNamed, times } from '../support/company-store.ts';
import { type Fate, fates, faultyDatabase, oneFate } from '../support/faulty-database.ts';
import { always, type Command, command, of, often, onCompany, pick, type RealClaim, recently } from './command.ts';
import * as rules from './company-model.ts';

const steps = rules.stepNames.map((name) => stepNamed(name, new Set()));
const ever = new AbortController().signal;

/** A write may meet a database that is away for a moment, which must not show. */
const fate = fc.oneof(
  { weight: 7, arbitrary: fc.constant<Fate>('answered') },
  { weight: 1, arbitrary: fc.constantFrom(...fates) },
);

const claim = onCompany(
  'claim',
  always,
  fc.record({ worker: fc.constantFrom('first', 'second', 'third'), fate }),
  async (company, id, { store, claims }, drawn) => {
    const { fate, meet } = oneFate();
    const db = faultyDatabase(store.db, fate);
    meet(drawn.fate);
    const expected = rules.claim(company, drawn.worker);
    const claimed = await claimCompany(db, id, drawn.worker, times, ever);
    assert.equal(claimed !== undefined, expected !== undefined);
    if (!claimed || !expected) return;
    assert.ok(claimed.fencingToken > company.token, 'a claim raises the token');
    const record = attemptRecord(db, store.notifier, claimed, ever);
    claims.set(expected, { claim: claimed, record, meet });
  },
);

/** A command of a worker who was given a claim, lately or long ago. */
const onClaim = <Drawn>(
  name: string,
  drawn: fc.Arbitrary<Drawn>,
  carryOut: (
    company: rules.CompanyModel,
    by: rules.ClaimModel,
    real: RealClaim,
    drawn: Drawn,
    store: CompanyStore,
  ) => Promise<void>,
): fc.Arbitrary<Command> =>
  command(
    name,
    fc.tuple(fc.nat(3), recently, drawn),
    ({ companies }, [number]) => companies.length > 0 && pick(companies, number).everyClaim.length > 0,
    async ({ companies }, real, [number, back, values]) => {
      const company = pick(companies, number);
      const by = pick(company.everyClaim, back);
      await carryOut(company, by, of(real.claims, by), values, real.store);
    },
  );

const stopped = (reason: Interruption['reason']) => (error: unknown) =>
  error instanceof Interruption && error.reason === reason;

/** Carries out a write that the model allows; one that it does not must report the lost company. */
async function write(allowed: boolean, written: Promise<unknown>): Promise<boolean> {
  if (allowed) await written;
  else await assert.rejects(written, stopped('lease-lost'));
  return allowed;
}

const work = onClaim('work', fc.record({ fate }), async (company, by, { record, meet }, drawn) => {
  const allowed = rules.mayWrite(company, by);
  const { index, state } = rules.nextWrite(by);
  const step = steps[index];
  if (!step) return;
  meet(drawn.fate);
  const writes = {
    PLAN: () => record.plan(steps),
    RUNNING: () => record.stepStarted(index, step, rules.percentAt(by)),
    DONE: () => record.stepCompleted(index, step, rules.percentAt(by)),
  };
  const written = writes[state]();
  if (await write(allowed, written)) rules.work(company, by);
});

const report = onClaim('report', fc.record({ fate, percent: fc.nat(99) }), async (company, by, real, drawn) => {
  real.meet(drawn.fate);
  const written = real.record.stepProgressed(stepNamed('some step', new Set()), drawn.percent);
  if (await write(rules.mayWrite(company, by), written)) rules.report(company, drawn.percent);
});

const succeed = onClaim('succeed', fc.record({ fate }), async (company, by, { claim, record, meet }, drawn) => {
  const allowed = rules.mayWrite(company, by);
  meet(drawn.fate);
  const written = record.move(toActive(planOf(claim)));
  if (allowed && company.cancelRequested) await assert.rejects(written, stopped('cancelled'));
  else if (await write(allowed, written)) rules.end(company, null);
});

const fail = onClaim('fail', fc.record({ fate }), async (company, by, { record, meet }, drawn) => {
  const allowed = rules.mayWrite(company, by);
  meet(drawn.fate);
  const written = record.move(toFailed({ reason: 'SET_UP_FAILED', message: 'It did not work.' }, 'incomplete'));
  if (await write(allowed, written)) rules.end(company, 'SET_UP_FAILED');
});

const handBack = onClaim('hand back', fc.constant({}), async (company, by, { claim }, _drawn, { db }) => {
  const allowed = rules.mayHandBack(company, by);
  assert.equal((await releaseLease(db, claim)) !== undefined, allowed);
  if (allowed) rules.handBack(company);
});

const runOut = onCompany(
  'lease runs out',
  ({ lease }) => lease?.state === 'alive',
  fc.constant({}),
  async (company, id, { store }) => {
    if (company.lease) company.lease.state = 'ran out';
    await store.set(id, `leased_until = now() - interval '1 second'`);
  },
);

const passDeadline = onCompany(
  'deadline passes',
  ({ deadline }) => deadline === 'ahead',
  fc.constant({}),
  async (company, id, { store }) => {
    company.deadline = 'past';
    await store.set(id, `deadline_at = now() - interval '1 second'`);
  },
);

const giveUp = command('give up lost attempts', fc.constant({}), always, async ({ companies }, { store, ids }) => {
  const ended = new Map((await failLostAttempts(store.db, store.notifier)).map(({ id, reason }) => [id, reason]));
  for (const company of companies) {
    assert.equal(ended.get(of(ids, company)), rules.isLost(company) ? rules.giveUp(company) : undefined);
  }
});

const lookForWaiting = command('find waiting', fc.constant({}), always, async ({ companies }, { store, ids }) => {
  const found = (await findWaiting(store.db, 1_000)).map(({ id }) => id);
  for (const company of companies) assert.equal(found.includes(of(ids, company)), rules.waits(company));
});

/** Claims, work and lost leases come most often, so that companies get far and workers are overtaken. */
export const workerCommands = often(
  [claim, 7],
  [work, 8],
  [runOut, 6],
  [report, 1],
  [succeed, 1],
  [fail, 2],
  [handBack, 3],
  [passDeadline, 2],
  [giveUp, 4],
  [lookForWaiting, 1],
);

const planOf = ({ company, fencingToken }: Claim): SitePlan => ({
  companyId: company.id,
  owner: ownerName(company),
  fencingToken,
  siteName: company.site_name,
  companyName: company.company_name,
  companyAbbr: company.company_abbr,
  adminEmail: company.admin_email,
  adminPassword: 'correct horse battery',
  defaultCurrency: company.default_currency,
  country: company.country,
  apps: company.apps,
});
