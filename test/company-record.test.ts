import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Migrator } from '@mikro-orm/migrations';
import { SqlSchemaGenerator } from '@mikro-orm/sql';
import { cancelCompany } from '../src/company/cancel-company.ts';
import { type CreateCompanyInput, createCompany } from '../src/company/create-company.ts';
import { type Move, moveCompany } from '../src/company/move-company.ts';
import { queueCompany } from '../src/company/queue-company.ts';
import { companyStatuses } from '../src/company/status.ts';
import { attemptRecord } from '../src/provisioning/attempt-record.ts';
import { claimCompany } from '../src/provisioning/lease.ts';
import { openCompanyStore, stepNamed, times } from './company-store.ts';
import { legalTransitions } from './event-log.ts';
import { requestFor } from './test-service.ts';

const store = await openCompanyStore(after);
const { em, bell, deps, jane } = store;
const ever = new AbortController().signal;
const migrator = em.config.getExtension<Migrator>('@mikro-orm/migrator');

describe('one move', () => {
  const mail = { kind: 'SITE_FAILED', reason: 'It failed.' } as const;

  for (const from of companyStatuses) {
    for (const to of companyStatuses) {
      const isLegal = legalTransitions.has(`${from} → ${to}`);
      test(`${from} → ${to} ${isLegal ? 'is one version, one event and its mail' : 'writes nothing'}`, async () => {
        const { id } = await store.create(`${from}-to-${to}`.toLowerCase());
        await em.execute('update company set status = ? where id = ?', [from, id]);
        await em.execute('update company_event set status = ? where company_id = ?', [from, id]);
        const kept = () => Promise.all(['company', 'company_event', 'outbox_mail'].map(rows));
        const rows = (table: string) =>
          em.execute(`select * from ${table} where ${table === 'company' ? 'id' : 'company_id'} = ?`, [id]);

        const before = await kept();
        const moved = await moveCompany(em, id, { to, message: 'It moved.', step: 'one', mail, set: { progress: 7 } });
        const [companies, events, mails] = await kept();
        if (!isLegal) {
          assert.equal(moved, undefined);
          assert.deepEqual([companies, events, mails], before);
          return;
        }
        assert.deepEqual([moved?.status, moved?.version], [to, 2]);
        assert.deepEqual(companies, [moved]);
        assert.partialDeepStrictEqual(events, [
          { version: 1 },
          {
            version: 2,
            status: to,
            step: 'one',
            progress: 7,
            message: 'It moved.',
            attempt: 1,
            site_status: 'NOT_CREATED',
          },
        ]);
        assert.partialDeepStrictEqual(mails, [
          { attempt: 1, recipient: jane.email, state: 'WAITING', tries: 0, ...mail },
        ]);
      });
    }
  }

  test('is refused under a stale token and under a condition that does not hold', async () => {
    const { id } = await store.create('conditions');
    const claim = await claimCompany(em, id, 'worker', times, ever);
    assert.ok(claim);
    const move: Move = { to: 'PROVISIONING', message: 'It moved.', fencingToken: claim.fencingToken };
    const before = await store.all(id);
    assert.equal(await moveCompany(em, id, { ...move, fencingToken: claim.fencingToken - 1 }), undefined);
    assert.equal(await moveCompany(em, id, { ...move, when: (company) => company('claims', '>', 1) }), undefined);
    assert.deepEqual(await store.all(id), before);
    assert.ok(await moveCompany(em, id, { ...move, when: (company) => company('claims', '=', 1) }));
  });

  test('commits with its mail or not at all', async () => {
    const { id } = await store.create('together');
    await claimCompany(em, id, 'worker', times, ever);
    await em.execute(
      `insert into outbox_mail (company_id, attempt, kind, recipient) values (?, 1, 'SITE_READY', 'somebody@else.example')`,
      [id],
    );
    const before = await store.all(id);
    await assert.rejects(
      moveCompany(em, id, { to: 'FAILED', message: 'It failed.', mail }),
      /outbox_mail_outcome_unique/,
    );
    assert.deepEqual(await store.all(id), before);
  });

  test('after another, however many at once: versions have no gap', async () => {
    const { id } = await store.create('many');
    const claim = await claimCompany(em, id, 'worker', times, ever);
    assert.ok(claim);
    const record = attemptRecord(em, bell, claim, ever);
    const step = stepNamed('one', new Set());
    await record.plan([step]);
    await Promise.all([
      ...Array.from({ length: 40 }, (_, percent) => record.progress(step, percent)),
      ...Array.from({ length: 5 }, () => cancelCompany({ em, bell }, jane, id)),
      ...Array.from({ length: 5 }, () => queueCompany({ em, bell }, jane, id)),
    ]);
    const { events } = await store.all(id);
    assert.equal(events.length, 2 + 40 + 1, 'queued, claimed, each progress, and one word of the cancel');
    assert.equal(store.rings.filter((ring) => ring === `queued ${id}`).length, 1, 'rung for once, when it was created');
  });
});

describe('creating with an idempotency key', () => {
  const ask = (changes: Partial<CreateCompanyInput>, requester = jane) =>
    createCompany(deps, requester, { ...requestFor('once.localhost'), idempotencyKey: 'key-1', ...changes });

  test('again, or many times at once, makes one company', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => ask({})));
    const again = await ask({ domain: 'ONCE.localhost', draft: null });
    const ids = new Set([...outcomes, again].map((outcome) => outcome.kind === 'created' && outcome.company.id));
    assert.equal(ids.size, 1);
    const [id] = ids;
    assert.ok(id);
    assert.equal((await store.all(id)).events.length, 1);
  });

  test('and another input is told, and changes nothing', async () => {
    for (const changes of [
      { domain: 'other.localhost' },
      { adminPassword: 'another password' },
      { companyName: 'Other' },
      { apps: [] },
      { draft: true },
    ]) {
      const outcome = await ask(changes);
      assert.deepEqual(outcome, { kind: 'idempotency-key-reused', idempotencyKey: 'key-1' }, JSON.stringify(changes));
    }
    const [{ count } = { count: -1 }] = await em.execute<{ count: number }[]>(
      `select count(*)::int as count from company where site_name in ('once.localhost', 'other.localhost')`,
    );
    assert.equal(count, 1);
  });

  test('of somebody else is another key; and a site name is taken for everybody', async () => {
    const joe = { ...jane, subject: 'joe', email: 'joe@customers.example' };
    assert.deepEqual(await ask({}, joe), { kind: 'site-name-taken', siteName: 'once.localhost' });
    assert.equal((await ask({ domain: 'joe.localhost' }, joe)).kind, 'created');
    assert.deepEqual(await ask({ idempotencyKey: null }), { kind: 'site-name-taken', siteName: 'once.localhost' });
    assert.deepEqual(await ask({ idempotencyKey: 'key-2' }), { kind: 'site-name-taken', siteName: 'once.localhost' });
  });
});

test('the migrations make what the entities say', async () => {
  const difference = () => new SqlSchemaGenerator(em).getUpdateSchemaSQL({ wrap: false });
  // The function is no entity's: MikroORM would drop what it does not know.
  assert.equal((await difference()).trim(), 'drop function if exists "next_company_id"();');
  await em.execute('alter table company_event drop column step');
  assert.match(await difference(), /add "step" text/);
  await em.execute('alter table company_event add step text');
});

test('numbers begin anew each year in UTC, and have five digits or more', async () => {
  // A clock that the test sets stands before PostgreSQL's own.
  await em.execute('create schema clock');
  await em.execute(`create function clock.now() returns timestamptz language sql as $$
    select current_setting('clock.now')::timestamptz $$`);
  await em.execute('set search_path = clock, public, pg_catalog');
  await em.execute(`set timezone = 'Asia/Tokyo'`);
  const idAt = async (time: string): Promise<string> => {
    await em.execute(`select set_config('clock.now', '${time}', false)`);
    const [{ id } = { id: '' }] = await em.execute<{ id: string }[]>('select next_company_id() as id');
    return id;
  };
  assert.equal(await idAt('2030-05-01T12:00:00Z'), 'COMP-2030-00001');
  assert.equal(await idAt('2030-12-31T23:59:59.999Z'), 'COMP-2030-00002');
  assert.equal(await idAt('2030-12-31T23:30:00-01:00'), 'COMP-2031-00001');
  assert.equal(await idAt('2031-01-01T00:30:00+01:00'), 'COMP-2030-00003');
  await em.execute(`select setval('company_number_2031', 99998)`);
  assert.equal(await idAt('2031-06-01T00:00:00Z'), 'COMP-2031-99999');
  assert.equal(await idAt('2031-06-01T00:00:00Z'), 'COMP-2031-100000');
  assert.equal((await store.create('of-2031')).id, 'COMP-2031-100001');
  await em.execute('reset timezone');
  await em.execute('reset search_path');
  await em.execute('drop schema clock cascade');
});

test('the migrations go back to nothing, and forth again', async () => {
  assert.ok(migrator);
  await migrator.down({ to: 0 });
  const left = await em.execute<{ name: string }[]>(`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace`);
  assert.deepEqual(
    left.map(({ name }) => name).filter((name) => !name.startsWith('mikro_orm_migrations')),
    [],
  );
  await migrator.up();
  assert.match((await store.create('after')).id, /^COMP-\d{4}-00001$/);
});
