import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { Migrator } from '@mikro-orm/migrations';
import { SqlSchemaGenerator } from '@mikro-orm/sql';
import { cancelCompany } from '../src/company/cancel-company.ts';
import { type CreateCompanyInput, createCompany } from '../src/company/create-company.ts';
import { type Move, moveCompany } from '../src/company/move-company.ts';
import { queueCompany } from '../src/company/queue-company.ts';
import { neededKeys, resealSecrets } from '../src/company/sealed-secrets.ts';
import { companyStatuses } from '../src/company/status.ts';
import type { CompanyRow } from '../src/company/tables.ts';
import { openLog } from '../src/observability/log.ts';
import { attemptRecord } from '../src/provisioning/attempt-record.ts';
import { claimCompany } from '../src/provisioning/lease.ts';
import { secretBox } from '../src/secrets/secret-box.ts';
import { openCompanyStore, stepNamed, times } from './support/company-store.ts';
import { legalTransitions } from './support/event-log.ts';
import { requestFor } from './support/test-service.ts';

const store = await openCompanyStore(after);
const { db, em, notifier, deps, jane } = store;
const ever = new AbortController().signal;
const migrator = em.config.getExtension<Migrator>('@mikro-orm/migrator');

describe('moves', () => {
  const failure = { reason: 'INTERNAL', step: 'one', message: 'It failed.' } as const;
  const mail = { kind: 'SITE_FAILED', failure } as const;
  const mailRow = { kind: 'SITE_FAILED', failure: { reason: 'INTERNAL', step: 'one' }, reason: 'It failed.' };

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
        const event = {
          kind: 'STEP_STARTED',
          step: { name: 'one', title: 'Doing one', completed: 'One done' },
        } as const;
        const moved = await moveCompany(db, id, { to, event, mail, set: { progress: 7 } });
        const [companies, events, mails] = await kept();
        if (!isLegal) {
          assert.equal(moved, undefined);
          assert.deepEqual([companies, events, mails], before);
          return;
        }
        assert.ok(moved);
        const { event: appended, ...company } = moved;
        assert.deepEqual([company.status, company.version], [to, 2]);
        assert.deepEqual(companies, [company]);
        assert.partialDeepStrictEqual(events?.at(-1), appended);
        assert.partialDeepStrictEqual(events, [
          { version: 1 },
          {
            version: 2,
            status: to,
            kind: 'STEP_STARTED',
            step: 'one',
            progress: 7,
            attempt: 1,
            site_status: 'NOT_CREATED',
          },
        ]);
        assert.partialDeepStrictEqual(mails, [
          { attempt: 1, recipient: jane.email, state: 'WAITING', tries: 0, ...mailRow },
        ]);
      });
    }
  }

  test('a move under a stale token or an unmet condition is refused', async () => {
    const { id } = await store.create('conditions');
    const claim = await claimCompany(db, id, 'worker', times, ever);
    assert.ok(claim);
    const move: Move = { to: 'PROVISIONING', event: { kind: 'CANCEL_REQUESTED' }, fencingToken: claim.fencingToken };
    const before = await store.all(id);
    assert.equal(await moveCompany(db, id, { ...move, fencingToken: claim.fencingToken - 1 }), undefined);
    assert.equal(await moveCompany(db, id, { ...move, when: (company) => company('claims', '>', 1) }), undefined);
    assert.deepEqual(await store.all(id), before);
    assert.ok(await moveCompany(db, id, { ...move, when: (company) => company('claims', '=', 1) }));
  });

  test('a move commits with its mail or not at all', async () => {
    const { id } = await store.create('together');
    await claimCompany(db, id, 'worker', times, ever);
    await em.execute(
      `insert into outbox_mail (company_id, attempt, kind, recipient) values (?, 1, 'SITE_READY', 'somebody@else.example')`,
      [id],
    );
    const before = await store.all(id);
    await assert.rejects(
      moveCompany(db, id, { to: 'FAILED', event: { kind: 'CANCEL_REQUESTED' }, mail }),
      /outbox_mail_outcome_unique/,
    );
    assert.deepEqual(await store.all(id), before);
  });

  test('concurrent moves leave no gap between versions', async () => {
    const { id } = await store.create('many');
    const claim = await claimCompany(db, id, 'worker', times, ever);
    assert.ok(claim);
    const record = attemptRecord(db, notifier, claim, ever);
    const step = stepNamed('one', new Set());
    await record.plan([step]);
    await Promise.all([
      ...Array.from({ length: 40 }, (_, percent) => record.stepProgressed(step, percent)),
      ...Array.from({ length: 5 }, () => cancelCompany({ db, notifier }, jane, id)),
      ...Array.from({ length: 5 }, () => queueCompany({ db, notifier }, jane, id)),
    ]);
    const { events } = await store.all(id);
    assert.equal(events.length, 2 + 40 + 1, 'queued, claimed, each progress, and one word of the cancel');
    assert.equal(
      store.notifications.filter((notification) => notification === `workers ${id}`).length,
      1,
      'rung for once, when it was created',
    );
  });
});

describe('idempotency keys', () => {
  const ask = (changes: Partial<CreateCompanyInput>, requester = jane) =>
    createCompany(deps, requester, { ...requestFor('once.localhost'), idempotencyKey: 'key-1', ...changes });

  test('an idempotency key makes one company, however often it is repeated or sent at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => ask({})));
    const again = await ask({ domain: 'ONCE.localhost', draft: null });
    const ids = new Set([...outcomes, again].map((outcome) => outcome.kind === 'created' && outcome.company.id));
    assert.equal(ids.size, 1);
    const [id] = ids;
    assert.ok(id);
    assert.equal((await store.all(id)).events.length, 1);
  });

  test('an idempotency key with other input is refused and changes nothing', async () => {
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

  test('an idempotency key is the customer’s own, and a site name is taken for everybody', async () => {
    const joe = { ...jane, owner: 'joe', email: 'joe@customers.example' };
    const taken = { kind: 'site-name-taken', siteName: 'once.localhost' };
    assert.deepEqual(await ask({}, joe), { ...taken, holder: undefined });
    assert.equal((await ask({ domain: 'joe.localhost' }, joe)).kind, 'created');
    for (const idempotencyKey of [null, 'key-2'])
      assert.partialDeepStrictEqual(await ask({ idempotencyKey }), { ...taken, holder: { created_by: 'jane' } });
  });
});

describe('repeated requests', () => {
  const rotated = secretBox([{ id: 'next', bytes: randomBytes(32) }]);
  const request = (name: string): CreateCompanyInput => ({ ...requestFor(`${name}.localhost`), idempotencyKey: name });
  const first = async (name: string): Promise<CompanyRow> => {
    const outcome = await createCompany(deps, jane, request(name));
    return outcome.kind === 'created' ? outcome.company : assert.fail(outcome.kind);
  };
  const kindOf = async (name: string, changes: Partial<CreateCompanyInput> = {}, others = deps, requester = jane) =>
    (await createCompany(others, requester, { ...request(name), ...changes })).kind;

  test('a repeated request is recognised although the token has another address now', async () => {
    await first('address');
    assert.equal(await kindOf('address', {}, deps, { ...jane, email: 'jane@elsewhere.example' }), 'created');
  });

  test('a repeated request is recognised although the default apps have changed', async () => {
    await first('installed');
    // Nothing is installed by default where ERPNext is not offered.
    const apps = ['hrms'];
    assert.equal(await kindOf('installed', {}, { ...deps, apps }), 'created');
    assert.equal(await kindOf('installed', { apps: ['hrms'] }, { ...deps, apps }), 'idempotency-key-reused');
  });

  test('a repeated request is recognised after its secret key is gone, and its time zone and locale count', async () => {
    await first('rotated');
    assert.equal(await kindOf('rotated', {}, { ...deps, secrets: rotated }), 'created');
    assert.equal(
      await kindOf('rotated', { companyAbbr: 'B' }, { ...deps, secrets: rotated }),
      'idempotency-key-reused',
    );
    for (const other of [{ timeZone: 'Asia/Tokyo' }, { locale: 'de' }])
      assert.equal(await kindOf('rotated', other), 'idempotency-key-reused');
  });

  test('nothing derived from the password outlives it', async () => {
    const { id, request_digest: digest } = await first('erased');
    await store.set(id, 'sealed_password = null');
    assert.equal(await kindOf('erased', { adminPassword: 'another password' }), 'created');
    assert.equal(await kindOf('erased', { country: 'FR' }), 'idempotency-key-reused');
    const another = await createCompany(
      deps,
      { ...jane, owner: 'another' },
      {
        ...request('erased'),
        adminPassword: 'another password',
      },
    );
    assert.equal(another.kind, 'site-name-taken');
    assert.match(digest ?? '', /^sha256\./);
  });

  for (const digest of ['null', "'test.a-digest-of-an-earlier-version'"]) {
    test(`a repeated request is recognised where an earlier version left ${digest}`, async () => {
      const name = digest === 'null' ? 'old-null' : 'old-digest';
      const { id } = await first(name);
      await store.set(id, `request_digest = ${digest}`);
      assert.equal(await kindOf(name), 'created');
      assert.equal(await kindOf(name, { country: 'FR' }), 'idempotency-key-reused');
      assert.equal(await kindOf(name, { adminPassword: 'another password' }), 'idempotency-key-reused');
    });
  }
});

test('a rotation is finished once everything is sealed again under the newest key', async () => {
  const { db: its, em: itsSql, create, all, secrets } = await openCompanyStore(after);
  const companies = await Promise.all(
    ['one', 'two', 'three'].map((name) => create(name, { adminPassword: name.repeat(5) })),
  );
  const { id: erased } = await create('erased');
  await itsSql.execute('update company set sealed_password = null where id = ?', [erased]);
  assert.deepEqual(await neededKeys(its), [{ id: 'test', secrets: 3 }]);

  const newest = { id: 'k_2', bytes: randomBytes(32) };
  const onlyNew = secretBox([newest]);
  await assert.rejects(resealSecrets(its, onlyNew, newest), /SECRET_KEYS has no key "test" any more/);
  const both = { open: secrets.open, seal: onlyNew.seal };
  assert.equal(await resealSecrets(its, both, newest), 3);
  assert.equal(await resealSecrets(its, onlyNew, newest), 0);
  assert.deepEqual(await neededKeys(its), [{ id: 'k_2', secrets: 3 }]);
  for (const [index, { id }] of companies.entries()) {
    const { company } = await all(id);
    assert.equal(
      onlyNew.open(company.sealed_password ?? '', company.site_name),
      ['one', 'two', 'three'][index]?.repeat(5),
    );
  }
});

test('a logged database error names what was violated and no value of the row', async () => {
  const [one, other] = [await store.create('logged-one'), await store.create('logged-other')];
  const refused = em.execute('update company set site_name = ? where id = ?', [one.site_name, other.id]);
  const error: unknown = await refused.catch((cause: unknown) => cause);
  const lines: string[] = [];
  const log = openLog('error', { write: (line) => void lines.push(line) });
  log.error({ err: error }, 'told whole');
  log.error({ err: String(error) }, 'told in a word');
  const { err } = JSON.parse(lines[0] ?? '');
  assert.deepEqual(Object.keys(err), ['type', 'message', 'stack', 'code', 'constraint']);
  assert.deepEqual([err.code, err.constraint], ['23505', 'company_site_name_unique']);
  assert.doesNotMatch(lines.join(''), /logged-one/);
});

test('migrations make the schema that the entities describe', async () => {
  const difference = () => new SqlSchemaGenerator(em).getUpdateSchemaSQL({ wrap: false });
  // The functions are no entity's: MikroORM would drop what it does not know.
  assert.deepEqual((await difference()).split(/\n+/).filter(Boolean), [
    'drop function if exists "api_keys_held"(text);',
    'drop function if exists "next_company_id"();',
    'drop function if exists "quota_exceeded"(text, text, integer, integer);',
    'drop function if exists "webhook_endpoints_held"(text);',
  ]);
  await em.execute('alter table company_event drop column step');
  assert.match(await difference(), /add "step" text/);
  await em.execute('alter table company_event add step text');
});

test('numbers restart every year in UTC and have at least five digits', async () => {
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
  // A clock that goes back costs a number.
  assert.equal(await idAt('2031-01-01T00:30:00+01:00'), 'COMP-2030-00004');
  await em.execute(`select setval('company_number', 99998 + numbers_before) from company_year where year = 2031`);
  assert.equal(await idAt('2031-06-01T00:00:00Z'), 'COMP-2031-99999');
  assert.equal(await idAt('2031-06-01T00:00:00Z'), 'COMP-2031-100000');
  assert.equal((await store.create('of-2031')).id, 'COMP-2031-100001');
  await em.execute('reset timezone');
  await em.execute('reset search_path');
  await em.execute('drop schema clock cascade');
});

test('numbers continue when a sequence per year becomes one for all years, and back', async () => {
  assert.ok(migrator);
  const migrations = ['20261125-one-sequence'];
  const ids = [(await store.create('of-one-sequence')).id];
  await migrator.down({ migrations });
  ids.push((await store.create('of-its-year')).id, (await store.create('of-its-year-too')).id);
  await migrator.up({ migrations });
  ids.push((await store.create('of-one-sequence-again')).id);
  const numbers = ids.map((id) => Number(id.split('-')[2]));
  const [first = 0, second = 0] = numbers;
  assert.ok(first < second, ids.join());
  assert.deepEqual(numbers.slice(1), [second, second + 1, second + 2]);
});

test('migrations can be reverted to nothing and applied again', async () => {
  assert.ok(migrator);
  await migrator.down({ to: 0 });
  const left = await em.execute<{ name: string }[]>(`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S')
    union all select proname from pg_proc where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`);
  assert.deepEqual(
    left.map(({ name }) => name).filter((name) => !name.startsWith('mikro_orm_migrations')),
    [],
  );
  await migrator.up();
  assert.match((await store.create('after')).id, /^COMP-\d{4}-00001$/);
});

test('events from before kinds get theirs by migration', async () => {
  assert.ok(migrator);
  await migrator.down({ to: '20261123-operate' });
  await em.execute(`
    insert into company (id, company_name, company_abbr, admin_email, default_currency, country, site_name, apps, status,
      attempt, failure, created_by, customer_email)
    values ('COMP-2025-00001', 'Old', 'OLD', 'a@old.example', 'EUR', 'Germany', 'old.localhost', '{}', 'FAILED', 2,
      '{"reason": "CANCELLED", "message": "It was cancelled."}', 'jane', 'jane@old.example')`);
  const log = [
    [0, 'DRAFT', null, 'Saved as a draft.', 'CREATED'],
    [1, 'QUEUED', null, 'Waiting for a worker.', 'QUEUED'],
    [1, 'PROVISIONING', null, 'A worker has started.', 'CLAIMED'],
    [1, 'PROVISIONING', 'one', 'Do one.', 'STEP_STARTED'],
    [1, 'PROVISIONING', 'one', 'Do one.', 'STEP_PROGRESSED'],
    [1, 'PROVISIONING', null, 'A worker has started.', 'TAKEN_OVER'],
    [1, 'PROVISIONING', 'one', 'Do one.', 'STEP_STARTED'],
    [1, 'PROVISIONING', 'one', 'Do one: done.', 'STEP_COMPLETED'],
    [1, 'FAILED', 'one', 'The disk is full.', 'FAILED'],
    [2, 'QUEUED', null, 'Queued again.', 'QUEUED'],
    [2, 'PROVISIONING', null, 'A worker has started.', 'CLAIMED'],
    [2, 'PROVISIONING', null, 'Asked to stop.', 'CANCEL_REQUESTED'],
    [2, 'FAILED', null, 'It was cancelled.', 'FAILED'],
  ];
  for (const [index, [attempt, status, step, message]] of log.entries()) {
    await em.execute(
      `insert into company_event (company_id, version, attempt, status, site_status, step, progress, message)
       values ('COMP-2025-00001', ?, ?, ?, 'NOT_CREATED', ?, 0, ?)`,
      [index + 1, attempt, status, step, message],
    );
  }
  await migrator.up();
  const told = await em.execute<{ kind: string; reason: string | null }[]>(
    `select kind, reason from company_event where company_id = 'COMP-2025-00001' order by version`,
  );
  assert.deepEqual(
    told.map(({ kind }) => kind),
    log.map((line) => line[4]),
  );
  assert.deepEqual([told[8]?.reason, told[12]?.reason], [null, 'CANCELLED']);
});
