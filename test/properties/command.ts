import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CompanyId } from '../../src/company/company-id.ts';
import type { PendingMail } from '../../src/mail/outbox.ts';
import type { AttemptRecord } from '../../src/provisioning/attempt-record.ts';
import type { Claim } from '../../src/provisioning/lease.ts';
import type { CompanyStore } from '../support/company-store.ts';
import type { Fate } from '../support/faulty-database.ts';
import { assertKept } from './company-as-kept.ts';
import type { ClaimModel, CompanyModel, TryModel } from './company-model.ts';

export interface Model {
  readonly companies: CompanyModel[];
}

/** The real counterpart of the model: the database, and what its functions returned. */
export interface Real {
  readonly store: CompanyStore;
  readonly ids: Map<CompanyModel, CompanyId>;
  readonly claims: Map<ClaimModel, RealClaim>;
  readonly tries: Map<TryModel, PendingMail>;
}

export interface RealClaim {
  readonly claim: Claim;
  readonly record: AttemptRecord;
  /** What happens to the record's next statement; the ones after it are answered. */
  meet(fate: Fate): void;
}

export type Command = fc.AsyncCommand<Model, Real>;

/** A command that runs where `may` allows it, and after which every company is as the model says. */
export const command = <Drawn>(
  name: string,
  drawn: fc.Arbitrary<Drawn>,
  may: (model: Model, drawn: Drawn) => boolean,
  carryOut: (model: Model, real: Real, drawn: Drawn) => Promise<void>,
): fc.Arbitrary<Command> =>
  drawn.map((values) => ({
    check: (model) => may(model, values),
    async run(model, real) {
      await carryOut(model, real, values);
      for (const company of model.companies) await assertKept(real.store, of(real.ids, company), company);
    },
    toString: () => `${name} ${JSON.stringify(values)}`,
  }));

/** Each command as many times as it shall be likelier than one that comes once. */
export const often = (...weighted: readonly (readonly [fc.Arbitrary<Command>, number])[]): fc.Arbitrary<Command>[] =>
  weighted.flatMap(([drawn, weight]) => Array<fc.Arbitrary<Command>>(weight).fill(drawn));

/** A command on one of the companies, where `may` allows it. */
export const onCompany = <Drawn>(
  name: string,
  may: (company: CompanyModel) => boolean,
  drawn: fc.Arbitrary<Drawn>,
  carryOut: (company: CompanyModel, id: CompanyId, real: Real, drawn: Drawn) => Promise<void>,
): fc.Arbitrary<Command> =>
  command(
    name,
    fc.tuple(fc.nat(3), drawn),
    ({ companies }, [number]) => companies.length > 0 && may(pick(companies, number)),
    async ({ companies }, real, [number, values]) => {
      const company = pick(companies, number);
      await carryOut(company, of(real.ids, company), real, values);
    },
  );

export const always = (): boolean => true;

/** Counts back to something that a company returned: most often the newest, sometimes a stale one. */
export const recently = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2) });

/** One of the list, counted back from its newest. */
export const pick = <Item>(list: readonly Item[], back: number): Item =>
  list.at(-1 - (back % list.length)) ?? assert.fail('the list is empty');

/** The real counterpart of a part of the model. */
export const of = <Part, Behind>(map: ReadonlyMap<Part, Behind>, part: Part): Behind =>
  map.get(part) ?? assert.fail('there is nothing real behind it');
