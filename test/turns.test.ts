import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { ProvisionCompanyDocument } from '../src/client/operations.ts';
import { createCompany } from '../src/company/create-company.ts';
import { companyById } from '../src/company/find-companies.ts';
import { queueCompany } from '../src/company/queue-company.ts';
import { claimCompany, releaseLease } from '../src/provisioning/lease.ts';
import { findAbandoned, findNextTurn, nextTurn } from '../src/provisioning/queue.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { type CompanyStore, memoryHost, openCompanyStore, stepNamed, times } from './support/company-store.ts';
import { createCompany as askFor, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const ever = new AbortController().signal;

describe('turns', () => {
  let store: CompanyStore;
  const closing: (() => Promise<void>)[] = [];
  before(async () => {
    store = await openCompanyStore((close) => closing.push(close));
  });
  after(async () => {
    for (const close of closing) await close();
  });

  const by = (owner: string) => ({ ...store.jane, owner });
  async function ask(subject: string, name: string) {
    const outcome = await createCompany(store.deps, by(subject), requestFor(`${name}.localhost`));
    assert.equal(outcome.kind, 'created');
    return outcome.company;
  }
  async function claimNext() {
    const id = await findNextTurn(store.db, 1_000);
    return id && (await claimCompany(store.db, id, 'worker', times, ever));
  }
  /** Whose companies are taken next, one after the other. */
  async function taken(number: number): Promise<(string | undefined)[]> {
    const creators: (string | undefined)[] = [];
    for (let index = 0; index < number; index += 1) creators.push((await claimNext())?.company.created_by);
    return creators;
  }

  test('another customer’s single company is next after one of three hundred', async () => {
    await store.em.execute(`
      insert into company (company_name, company_abbr, admin_email, default_currency, country, site_name, apps, status,
                           attempt, queued_at, created_by, customer_email)
      select 'Many', 'M', 'a@b.example', 'USD', 'France', 'many-' || n || '.localhost', '{erpnext}', 'QUEUED',
             1, now() - interval '1 hour' + n * interval '1 second', 'many', 'a@b.example'
      from generate_series(1, 300) as n`);
    assert.deepEqual(await taken(2), ['many', 'many']);
    await ask('single', 'single');
    await ask('couple', 'couple-1');
    await ask('couple', 'couple-2');
    assert.deepEqual(await taken(6), ['single', 'couple', 'many', 'couple', 'many', 'many']);
  });

  test('a retry waits for its turn as if it had had one before', async () => {
    await ask('retrying', 'retrying');
    const claim = await claimNext();
    assert.equal(claim?.company.created_by, 'retrying');
    await ask('patient', 'patient-1');
    await ask('patient', 'patient-2');
    assert.deepEqual(await taken(1), ['patient']);
    await store.set(claim.company.id, `status = 'FAILED', leased_until = null`);
    assert.equal((await queueCompany(store.deps, by('retrying'), claim.company.id)).kind, 'moved');
    assert.deepEqual(await taken(3), ['many', 'retrying', 'patient']);
  });

  test('a company that a stopping worker released comes before all queued ones', async () => {
    const claim = await claimNext();
    assert.equal(claim?.company.created_by, 'many');
    await releaseLease(store.db, claim);
    assert.equal(await findAbandoned(store.db), claim.company.id);
    const again = await claimCompany(store.db, claim.company.id, 'another worker', times, ever);
    assert.deepEqual(again?.company.served_at, claim.company.served_at);
  });

  test('no customer has more attempts at once than the limit, which operators may set for them, and a released company counts', async () => {
    const first = await ask('eager', 'eager-1');
    await ask('eager', 'eager-2');
    const nextOf = async (attemptsAtOnce: number): Promise<string | undefined> => {
      const id = await findNextTurn(store.db, attemptsAtOnce);
      return id && (await companyById(store.db, id)).created_by;
    };
    assert.equal(await nextOf(1), 'eager');
    const claim = await claimCompany(store.db, first.id, 'worker', times, ever);
    assert.ok(claim);
    // Everybody else in this file has one attempt or more.
    assert.equal(await nextOf(1), undefined);
    await releaseLease(store.db, claim);
    assert.equal(await nextOf(1), undefined);
    await store.em.execute(`insert into quota_override (owner, attempts_at_once) values ('eager', 2)`);
    assert.equal(await nextOf(1), 'eager');
    await store.em.execute(`update quota_override set attempts_at_once = null`);
    assert.equal(await nextOf(1), undefined);
    await store.set(first.id, `status = 'ACTIVE'`);
    assert.equal(await nextOf(1), 'eager');
  });

  test('the next turn is found by indexes alone among ten thousand queued companies', async () => {
    await store.em.execute(`
      insert into company (company_name, company_abbr, admin_email, default_currency, country, site_name, apps, status,
                           attempt, queued_at, created_by, customer_email, served_at)
      select 'More', 'M', 'a@b.example', 'USD', 'France', 'more-' || n || '.localhost', '{erpnext}',
             case when n <= 10000 then 'QUEUED' else 'ACTIVE' end, 1, now(),
             case when n % 2 = 0 then 'many' else 'other-' || n % 50 end, 'a@b.example',
             case when n > 10000 then now() - interval '1 day' end
      from generate_series(1, 11000) as n`);
    await store.em.execute('analyze company');
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze) ${nextTurn(1_000)}`.execute(store.db);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, /company_turn_index/);
    assert.match(plan, /company_created_by_served_at_index/);
    assert.doesNotMatch(plan, /Seq Scan on company|Bitmap/);
    const read = rows.flatMap((row) => / on company.* rows=(\d+)(?:\.\d+)? loops=/.exec(row['QUERY PLAN'])?.[1] ?? []);
    assert.ok(read.length > 0 && read.every((number) => Number(number) <= 1), `one row of an index at a time: ${plan}`);
  });
});

test('one customer’s queue does not delay another customer, whoever retries meanwhile', async (t) => {
  const host = memoryHost();
  const begun: string[] = [];
  const broken = new Set(['first.localhost']);
  const gate = Promise.withResolvers<void>();
  const { clientOf } = await openTestService(t, {
    host: {
      ...host,
      steps: ({ siteName }) => [
        {
          ...stepNamed(siteName, host.made),
          async check() {
            begun.push(siteName);
            if (broken.delete(siteName)) throw new SiteHostError('SET_UP_FAILED', 'It broke.');
            if (begun.length === 2) await gate.promise;
            return false;
          },
        },
      ],
    },
  });
  const many = await clientOf('many', 'customer');
  const single = await clientOf('single', 'customer');
  const first = await askFor(many, requestFor('first.localhost'));
  await watchToEnd(many, first.id);
  const lots = [];
  for (const name of ['a', 'b', 'c']) lots.push(await askFor(many, requestFor(`${name}.localhost`)));
  const alone = await askFor(single, requestFor('alone.localhost'));
  await many.execute(ProvisionCompanyDocument, { companyId: first.id });
  gate.resolve();
  await watchToEnd(single, alone.id);
  for (const { id } of [first, ...lots]) await watchToEnd(many, id);
  const expected = ['first', 'a', 'alone', 'b', 'c', 'first'];
  assert.deepEqual(
    begun,
    expected.map((name) => `${name}.localhost`),
  );
});

test('one customer’s companies are provisioned up to the limit at once, and all of them in the end', async (t) => {
  const host = memoryHost();
  let running = 0;
  let most = 0;
  const { clientOf } = await openTestService(t, {
    env: { ATTEMPTS_AT_ONCE: '1', WORKER_CONCURRENCY: '3' },
    host: {
      ...host,
      steps: ({ siteName }) => {
        const step = stepNamed(siteName, host.made);
        return [
          {
            ...step,
            async run(context) {
              running += 1;
              most = Math.max(most, running);
              // Long enough for the others to begin, if they may.
              await pause(200);
              await step.run(context);
              running -= 1;
            },
          },
        ];
      },
    },
  });
  const eager = await clientOf('eager', 'customer');
  const companies = [];
  for (const name of ['a', 'b', 'c']) companies.push(await askFor(eager, requestFor(`${name}.localhost`)));
  for (const { id } of companies) assert.equal((await watchToEnd(eager, id)).at(-1)?.status, 'ACTIVE');
  assert.equal(most, 1);
});
