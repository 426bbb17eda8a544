import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { pino } from 'pino';
import { openApiKeyRing } from '../../src/access/api-key-ring.ts';
import { createApiKey, listApiKeys, noteUse, revokeApiKey } from '../../src/access/api-keys.ts';
import { openRevocations } from '../../src/access/revoked-tokens.ts';
import { readBacklog } from '../../src/app/read-backlog.ts';
import { openAudit } from '../../src/audit/audit.ts';
import { findAuditEntries } from '../../src/audit/find-entries.ts';
import type { Act } from '../../src/company/act.ts';
import { cancelCompany } from '../../src/company/cancel-company.ts';
import { checkCompany } from '../../src/company/check-company.ts';
import type { CompanyId } from '../../src/company/company-id.ts';
import { correctCompany } from '../../src/company/correct-company.ts';
import { createCompany } from '../../src/company/create-company.ts';
import { deleteDraft } from '../../src/company/delete-draft.ts';
import { findLogEntries, newestPosition, numberEvents } from '../../src/company/event-log.ts';
import { companyById, findCompany, findEvents, findEventsOfMany } from '../../src/company/find-companies.ts';
import { findLogLines, newestLogLine } from '../../src/company/find-log-lines.ts';
import type { Window } from '../../src/company/find-pages.ts';
import {
  type CompanySearch,
  countCompanies,
  findCompanies,
  mostLookedThrough,
} from '../../src/company/list-companies.ts';
import { queueCompany } from '../../src/company/queue-company.ts';
import type { Requester } from '../../src/company/requester.ts';
import { neededKeys, resealSecrets } from '../../src/company/sealed-secrets.ts';
import { companyStatuses } from '../../src/company/status.ts';
import type { Db } from '../../src/company/tables.ts';
import { isIndexed } from '../../src/company/text-search.ts';
import { openPostgres } from '../../src/database/open-database.ts';
import { openCompanyReader } from '../../src/live/company-reader.ts';
import { openEventReader } from '../../src/live/read-events.ts';
import { readMailAccountFault } from '../../src/mail/mail-account-fault.ts';
import {
  extendAttempt,
  findCompaniesWithDueMail,
  findEndpointsWithDueMail,
  recordRefused,
  recordSent,
  takeDueMail,
} from '../../src/mail/outbox.ts';
import { countUndelivered, findUndelivered, sendAgain } from '../../src/mail/undelivered.ts';
import { openLiveness } from '../../src/observability/liveness.ts';
import { appendLogLines } from '../../src/provisioning/append-log-lines.ts';
import { attemptRecord } from '../../src/provisioning/attempt-record.ts';
import { type Claim, claimCompany, keepLease, releaseLease } from '../../src/provisioning/lease.ts';
import { findWorkers, openMoments, recordHeartbeat } from '../../src/provisioning/live-workers.ts';
import { findAbandoned, findNextTurn, findWaiting } from '../../src/provisioning/queue.ts';
import { failLostAttempts, isAnyStranded } from '../../src/provisioning/rescue.ts';
import { countRunning, readServiceStatus } from '../../src/provisioning/service-status.ts';
import { findUsualDuration } from '../../src/provisioning/usual-duration.ts';
import { openKnownOverrides } from '../../src/quotas/known-overrides.ts';
import { countCompaniesOf, overrideQuotas } from '../../src/quotas/quota-overrides.ts';
import { followRevocations } from '../../src/revocation/follow-revocations.ts';
import { findRevocations, revoke } from '../../src/revocation/revoke.ts';
import { secretBox } from '../../src/secrets/secret-box.ts';
import {
  deleteOldDeliveries,
  findDueEndpoints,
  giveUpDeliveries,
  recordOutcome,
  releaseDelivery,
  takeDueDeliveries,
} from '../../src/webhooks/deliveries.ts';
import {
  createEndpoint,
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  rotateSecret,
  updateEndpoint,
} from '../../src/webhooks/endpoints.ts';
import { fanOut } from '../../src/webhooks/fan-out.ts';
import { listDeliveries } from '../../src/webhooks/list-deliveries.ts';
import { mostEvents, queueTestMessage, requeueMessages } from '../../src/webhooks/queue-messages.ts';
import { stepNamed, times } from '../support/company-store.ts';
import {
  type ExecutedStatement,
  type ExplainedDatabase,
  openExplainedDatabase,
  type PlanNode,
} from '../support/explained-database.ts';
import { fillDatabase, filled } from '../support/many-companies.ts';
import { type PrivateServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import { until } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';

/**
 * PostgreSQL chooses a plan by the number of pages and of rows that it expects. From this volume on, reading a whole table costs more than
 * any of the indexes that are there for a statement, as with ten times as many: the plans are the same.
 */
const volume = { companies: 20_000, events: 5 };

/** Tables that grow with the years; the others have a row for each worker or process, or one. */
const growing = new Set([
  'company',
  'company_event',
  'outbox_mail',
  'audit_entry',
  'revocation',
  'log_line',
  'api_key',
  'quota_override',
  'webhook_delivery',
]);

/** How many rows of growing tables one statement may look at, and how many it may sort beyond those that it returns. */
interface Limits {
  readonly rows: number;
  readonly sorted: number;
}
/** A hundred rows are sorted as fast as they are found in order. */
const usual: Limits = { rows: 1_000, sorted: 100 };
/** A text is looked for in 1,000 companies before the index is asked, and a text that the index does not find in more: in an index and in the table. */
const nearby: Limits = { rows: 2 * 1_000 + 500, sorted: 1_000 };
const lookedThrough: Limits = { rows: 2 * mostLookedThrough + 100, sorted: mostLookedThrough };
/** The same in the ranges of several statuses: where a range has fewer companies than that, it may be read and sorted as a whole. */
const merged: Limits = { rows: 2.5 * mostLookedThrough, sorted: 1.5 * mostLookedThrough };
/** A hundred companies at both ends of a time, for each of ten ranges. */
const ends: Limits = { rows: usual.rows + 2_000, sorted: usual.sorted };
/** What waits and runs, where all of it is counted or compared: less than a hundredth of the companies. */
const waiting: Limits = { rows: usual.rows + volume.companies / 100, sorted: usual.sorted + volume.companies / 100 };
/** What a statement does that grows with the number of all companies; none when it is well. */
function growthOf({ text, plan }: ExecutedStatement, { rows: most, sorted }: Limits): string[] {
  const faults: string[] = [];
  let rows = 0;
  const look = (node: PlanNode): void => {
    const { 'Node Type': type, 'Relation Name': table = '', 'Actual Loops': loops } = node;
    if (type === 'Seq Scan' && growing.has(table)) faults.push(`reads all of ${table}`);
    const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
    if (growing.has(table) && type !== 'ModifyTable') rows += (node['Actual Rows'] + removed) * loops;
    for (const input of node.Plans ?? []) {
      const taken = input['Actual Rows'] * input['Actual Loops'];
      if (/Sort/.test(type) && taken > plan['Actual Rows'] + sorted)
        faults.push(`sorts ${taken} rows to return ${plan['Actual Rows']}`);
      look(input);
    }
  };
  look(plan);
  if (rows > most) faults.push(`looks at ${rows} rows`);
  return faults.map((fault) => `${fault}: ${text}\n${JSON.stringify(plan, null, 1)}`);
}

const operator: Requester = { owner: 'olga', email: 'olga@operators.example', seesAll: true, namesCustomers: true };
const partner: Requester = {
  owner: filled.partner,
  email: 'portal@partners.example',
  seesAll: false,
  namesCustomers: true,
};
const newcomer: Requester = {
  owner: 'newcomer',
  email: 'n@customers.example',
  seesAll: false,
  namesCustomers: false,
};
const customer: Requester = {
  owner: 'customer-7',
  email: 'c@customers.example',
  seesAll: false,
  namesCustomers: false,
};

const notifier = { moved() {}, workAvailable() {}, mailDue() {}, logged() {} };
const newKey = { id: 'k2', bytes: Buffer.alloc(32, 2) };
const oldKey = { id: 'k1', bytes: Buffer.alloc(32, 1) };
const secrets = secretBox([newKey, oldKey]);
const log = pino({ level: 'silent' });
const liveness = openLiveness();
const limit = { companiesPerDay: 3, companiesWaiting: 2 };
const quotas = { customer: limit, partner: { companiesPerDay: 10_000, companiesWaiting: 10_000 } };
const act: Act = {
  actor: {
    subject: 'olga',
    tenant: undefined,
    roles: ['operator'],
    tokenId: undefined,
    keyId: undefined,
    address: undefined,
  },
  action: 'CREATE_COMPANY',
  success: 'CreateCompanySuccess',
  isAbout() {},
  wasRecorded() {},
};
const ever = new AbortController().signal;

const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** Sees, besides their own company, all that are mailed to them. */
const verified: Requester = { ...customer, verifiedEmail: filled.customerEmail };

/** Listings of companies, and by how much each may exceed the usual limits. */
const searches: readonly (readonly [title: string, Requester, CompanySearch, Limits?])[] = [
  ['all', operator, {}],
  ['all of a partner', partner, {}],
  ['all of a shop', { ...partner, owner: filled.shop }, {}],
  ['one status', operator, { statuses: ['FAILED'] }],
  ['a status that few have', operator, { statuses: ['PROVISIONING'] }],
  ['several statuses', operator, { statuses: ['QUEUED', 'FAILED', 'DRAFT'] }],
  ['every status', operator, { statuses: companyStatuses }],
  ['one status of a partner', partner, { statuses: ['QUEUED'] }],
  ['several statuses of a partner', partner, { statuses: ['FAILED', 'PROVISIONING'] }],
  ['a status that a partner has nowhere', { ...partner, owner: filled.archive }, { statuses: ['FAILED'] }],
  ['a text that one has', operator, { text: filled.rareText }, nearby],
  ['a text that nobody has', operator, { text: 'no such company' }, nearby],
  ['a text that every company has', operator, { text: filled.frequentText }, nearby],
  ['a text that old companies have', operator, { text: filled.oldText }, nearby],
  ['a text with two statuses', operator, { text: filled.rareText, statuses: ['FAILED', 'ACTIVE'] }, nearby],
  ['a text of a partner', partner, { text: filled.rareText }, nearby],
  ['a text of a customer', customer, { text: filled.frequentText }, nearby],
  ['a short text', operator, { text: filled.shortText }, lookedThrough],
  ['a short text with two statuses', operator, { text: '-', statuses: ['FAILED', 'DRAFT'] }, lookedThrough],
  ['a short text of a partner', partner, { text: '!' }, lookedThrough],
  ['a short text of a customer', customer, { text: '%' }, nearby],
  ['a customer', operator, { customerEmail: filled.customerEmail }],
  ['a customer of a partner', partner, { customerEmail: filled.customerEmail }],
  ['a customer with one status', partner, { customerEmail: filled.customerEmail, statuses: ['DRAFT'] }],
  ['an unknown customer', operator, { customerEmail: 'nobody@customers.example' }],
  ['a text with a customer', operator, { customerEmail: filled.customerEmail, text: filled.rareText }, merged],
  ['a frequent reference', operator, { externalReference: filled.frequentReference }],
  ['a frequent reference of a partner', partner, { externalReference: filled.frequentReference }],
  [
    'a frequent reference of a partner without it',
    { ...partner, owner: filled.shop },
    { externalReference: filled.frequentReference },
  ],
  ['a frequent reference with a status', partner, { externalReference: filled.frequentReference, statuses: ['DRAFT'] }],
  ['a rare reference', operator, { externalReference: filled.rareReference }],
  [
    'a reference with a customer',
    partner,
    { externalReference: filled.frequentReference, customerEmail: 'nobody@customers.example' },
    lookedThrough,
  ],
  ['all that a customer may see', verified, {}],
  ['a status of what a customer may see', verified, { statuses: ['FAILED', 'DRAFT'] }],
  ['a customer of what a customer may see', verified, { customerEmail: filled.customerEmail }],
  ['a text of what a customer may see', verified, { text: filled.rareText }, merged],
  ['a frequent text of what a customer may see', verified, { text: filled.frequentText }, merged],
  ['a short text of what a customer may see', verified, { text: '%' }, merged],
  ['a time of what a customer may see', verified, { createdAfter: daysAgo(40), createdBefore: daysAgo(30) }, ends],
  ['an idempotency key', partner, { idempotencyKey: 'unknown' }],
  ['a time', operator, { createdAfter: daysAgo(40), createdBefore: daysAgo(30) }],
  ['a time of a partner', partner, { createdAfter: daysAgo(40), createdBefore: daysAgo(30) }],
  ['a time with a status', partner, { createdBefore: daysAgo(60), statuses: ['FAILED', 'DRAFT'] }],
  ['a time in the future', partner, { createdAfter: daysAgo(-1) }],
  ['a time with a customer', partner, { customerEmail: filled.customerEmail, createdBefore: daysAgo(60) }],
  ['a time with a text', operator, { text: filled.rareText, createdBefore: daysAgo(60) }, nearby],
];

describe('the statements of the service, among many companies', { skip: serversMissing }, () => {
  let postgres: PrivateServer;
  let explained: ExplainedDatabase;
  let db: Db;
  let reading: Client;
  before(async () => {
    postgres = await startPostgres({ settings: { autovacuum: 'off' } });
    const database = openPostgres(postgres.url);
    await database.migrate();
    await database.close();
    reading = new Client(postgres.url);
    await reading.connect();
    await fillDatabase(reading, volume);
    explained = await openExplainedDatabase(postgres.url);
    db = explained.db;
  });
  after(async () => {
    await explained?.close();
    await reading?.end();
    await postgres?.close();
  });

  /** What was executed since the last call is within the limits. */
  const assertBounded = (limits = usual): void => {
    const executed = explained.take();
    assert.ok(executed.length > 0, 'statements were executed');
    assert.deepEqual(
      executed.flatMap((statement) => growthOf(statement, limits)),
      [],
    );
  };
  /** The positions of what a search finds in a window, read without any index, newest first. */
  const positionsOf = async (
    { seesAll, owner, verifiedEmail = '' }: Requester,
    search: CompanySearch,
    { after = volume.companies + 1_000, before = 0 }: Partial<Window> = {},
  ): Promise<number[]> => {
    const { statuses = companyStatuses, text = '', createdAfter = null, createdBefore = null } = search;
    const { externalReference = null, customerEmail = null, idempotencyKey = null } = search;
    const isBounded = (text && (!isIndexed(text) || customerEmail)) || (externalReference && customerEmail);
    const { rows } = await reading.query<{ position: string }>(
      `select position from (
         select position, customer_email, concat_ws(' ', company_name, company_abbr, id, site_name, admin_email) as text
         from company where ($1 or created_by = $2 or ($13 <> '' and customer_email = $13)) and status = any($3)
           and ($8::text is null or external_reference = $8) and ($9::text is null or customer_email = $9 or $8 is not null)
           and ($10::text is null or idempotency_key = $10)
           and ($11::timestamptz is null or created_at >= $11) and ($12::timestamptz is null or created_at < $12)
         order by position desc limit $4::int
       ) as company
       where strpos(lower(text), lower($5)) > 0 and ($9::text is null or customer_email = $9) and position < $6 and position > $7
       order by position desc`,
      [
        ...[seesAll, owner, statuses, isBounded ? mostLookedThrough : null, text, after, before],
        ...[externalReference, customerEmail, idempotencyKey, createdAfter, createdBefore, verifiedEmail],
      ],
    );
    return rows.map(({ position }) => Number(position));
  };
  const pageOf = async (requester: Requester, search: CompanySearch, window: Window): Promise<number[]> => {
    const positions = await positionsOf(requester, search, window);
    return (window.fromEnd ? positions.reverse() : positions).slice(0, window.limit);
  };
  const create = async (requester: Requester, name: string, changes: Parameters<typeof requestFor>[1] = {}) =>
    createCompany(
      { db, notifier, secrets, quotas, apps: ['erpnext'], ownHosts: [] },
      requester,
      requestFor(`${name}.localhost`, changes),
      act,
    );
  const created = async (...request: Parameters<typeof create>) => {
    const outcome = await create(...request);
    return outcome.kind === 'created' ? outcome.company.id : assert.fail(outcome.kind);
  };
  const claim = async (id: CompanyId, changes: Partial<typeof times> = {}): Promise<Claim> =>
    (await claimCompany(db, id, 'worker-1', { ...times, ...changes }, ever)) ?? assert.fail(`${id} is not claimed`);

  for (const [title, requester, search, limits] of searches) {
    test(`a page of companies does not grow with all of them: ${title}`, async () => {
      const middle = volume.companies / 2;
      for (const window of [{}, { after: middle }, { before: middle }, { after: middle, before: middle - 5_000 }]) {
        for (const fromEnd of [false, true]) {
          const page = { ...window, fromEnd, limit: 21 };
          const found = await findCompanies(db, requester, search, page);
          assertBounded(limits);
          assert.deepEqual(
            found.map(({ position }) => Number(position)),
            await pageOf(requester, search, page),
          );
        }
      }
    });
  }

  for (const [title, requester, search] of searches) {
    test(`a count of companies stops among the newest: ${title}`, async () => {
      const { count, isExact } = await countCompanies(db, requester, search);
      assertBounded(merged);
      const all = (await positionsOf(requester, search)).length;
      if (isExact) assert.equal(count, all);
      else assert.ok(count <= Math.min(all, mostLookedThrough), `${count} of ${all}`);
    });
  }

  test('a request is checked, and its duration estimated, from an index', async () => {
    const input = requestFor('checked.localhost');
    await checkCompany({ db, quotas, apps: ['erpnext'], ownHosts: [] }, partner, input);
    await findUsualDuration(db, ['erpnext']);
    assertBounded();
  });

  test('one company and its events are read by their key', async () => {
    const id = known(1);
    await findCompany(db, operator, id);
    await companyById(db, id);
    for (const fromEnd of [false, true]) {
      await findEvents(db, id, { fromEnd, limit: 21 });
      await findEvents(db, id, { fromEnd, after: 2, before: 4, limit: 21 });
    }
    assertBounded();
  });

  test('events of a hundred companies are read by one statement for each direction', async () => {
    const searched = Array.from({ length: 100 }, (_, index) => ({
      id: known(index * 150 + 1),
      window: { fromEnd: index % 2 === 1, limit: 1 + (index % 7), ...(index % 3 === 0 ? { after: 1, before: 5 } : {}) },
    }));
    const found = await findEventsOfMany(db, searched);
    assert.equal(explained.executions, 2);
    assertBounded();
    for (const [index, { id, window }] of searched.entries())
      assert.deepEqual(found[index], await findEvents(db, id, window));
    explained.take();
  });

  test('a hundred companies that are read in one turn, and the new events of their streams, are read by one statement each', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => known(index * 150 + 1));
    const read = openEventReader(db, { liveness, log });
    await Promise.all(ids.map((id, index) => read(id, index % volume.events)));
    const companies = openCompanyReader(db);
    await Promise.all(ids.map((id) => companies.get(id)));
    assert.equal(explained.executions, 2);
    assertBounded();
  });

  test('lines of logs are read by one statement for each direction, and written by the company’s key', async () => {
    const window = { fromEnd: false, after: 2, limit: 21 };
    const searched = Array.from({ length: 100 }, (_, index) => ({ id: known(index * 150 + 1), window }));
    const found = await findLogLines(db, [...searched, { id: known(2), window: { fromEnd: true, limit: 3 } }]);
    assert.equal(explained.executions, 2);
    assert.deepEqual(
      found.map((lines) => lines.map(({ number }) => number)),
      [...searched.map(() => [3, 4, 5]), [5, 4, 3]],
    );
    assert.equal(await newestLogLine(db, known(1)), 5);
    const claimed = await claim(await created(operator, 'logged'));
    const lines = Array.from({ length: 500 }, (_, index) => ({ step: 'create-site', text: `line ${index}` }));
    assert.equal(await appendLogLines(db, claimed, 0, lines), true);
    assert.equal(await appendLogLines(db, { ...claimed, fencingToken: 0 }, 500, lines), false);
    assertBounded();
  });

  test('the event log is read and numbered whatever its length', async () => {
    const owner = { ...newcomer, owner: 'numbered', email: 'numbered@customers.example' };
    const customer = { ...owner, owner: 'their-customer', verifiedEmail: owner.email };
    for (const requester of [operator, partner, owner, customer]) {
      for (const after of [0, volume.companies, volume.companies * volume.events - 10]) {
        await findLogEntries(db, requester, after, 100);
        assertBounded();
      }
    }
    await created(owner, 'numbered');
    await numberEvents(db);
    const newest = await newestPosition(db);
    assert.ok(newest > volume.companies * volume.events);
    for (const requester of [operator, owner, customer]) {
      const [entry, ...more] = await findLogEntries(db, requester, newest - 1, 100);
      assert.deepEqual([entry?.position, entry?.created_by, more.length], [newest, owner.owner, 0]);
    }
    assertBounded();
  });

  test('companies are created, queued and cancelled whatever their number, and quotas count the requester’s', async () => {
    const idempotencyKey = 'once';
    const id = await created(newcomer, 'first', { draft: true, idempotencyKey });
    assert.equal(await created(newcomer, 'first', { draft: true, idempotencyKey }), id);
    assert.equal((await create(operator, 'first')).kind, 'site-name-taken');
    assert.equal((await queueCompany({ db, notifier, quotas }, newcomer, id, act)).kind, 'moved');
    assert.equal((await cancelCompany({ db, notifier }, newcomer, id, act)).kind, 'moved');
    assert.equal((await queueCompany({ db, notifier, quotas }, newcomer, id, act, 2)).kind, 'version-conflict');
    await created(newcomer, 'second');
    await created(newcomer, 'third');
    assert.equal((await create(newcomer, 'fourth')).kind, 'quota-exceeded');
    await created(partner, 'fifth', { customerEmail: 'fifth@customers.example' });
    assertBounded();
  });

  test('companies are corrected and deleted by their keys', async () => {
    const deps = { db, notifier, secrets, apps: ['erpnext'], ownHosts: [] };
    const id = await created(operator, 'to-correct', { draft: true });
    assert.equal((await correctCompany(deps, operator, id, { domain: 'corrected.localhost' }, act, 1)).kind, 'moved');
    assert.equal((await correctCompany(deps, operator, id, { customerEmail: 'a@b.example' }, act)).kind, 'moved');
    assert.equal((await deleteDraft({ db, notifier }, operator, id, act)).kind, 'moved');
    const ended = await correctCompany(deps, operator, known(3), { customerEmail: 'a@b.example' }, act);
    assert.equal(ended.kind, 'mailed');
    assertBounded();
  });

  test('queues are read from what waits', async () => {
    await findWaiting(db, 10);
    await findAbandoned(db);
    await isAnyStranded(db);
    assertBounded();
    await findNextTurn(db, 10);
    // It compares the customers with a queued company.
    assertBounded(waiting);
  });

  test('the service’s status and metrics are read from what waits and runs', async () => {
    await readServiceStatus(db);
    await countRunning(db);
    await readBacklog(db);
    await openMoments(db)();
    await findWorkers(db, 100);
    assertBounded(waiting);
  });

  test('an attempt is claimed, kept, recorded, released and lost by its company’s key', async () => {
    const id = await created(operator, 'attempted');
    const first = await claim(id, { lease: 1_000, heartbeat: 10 });
    const kept = keepLease(db, first, { times: { ...times, heartbeat: 10 }, liveness }, () => {});
    await until('a heartbeat is sent', () =>
      explained.sites.has(siteOf('src/provisioning/lease.ts', 'cancel_requested_at')),
    );
    kept.close();
    const record = attemptRecord(db, notifier, first, ever);
    const step = stepNamed('create-site', new Set());
    await record.plan([step]);
    await record.stepStarted(0, step, 0);
    await record.stepRetrying(step, 'It does not answer.', 1_000);
    await record.stepCompleted(0, step, 50);
    await releaseLease(db, first);
    await claim(id);
    assert.equal(await claimCompany(db, id, 'worker-2', times, ever), undefined);
    await db
      .updateTable('company')
      .set({ deadline_at: new Date(0), leased_until: new Date(0) })
      .where('id', '=', id)
      .execute();
    assert.deepEqual(await failLostAttempts(db, notifier), [{ id, reason: 'TIMED_OUT' }]);
    for (const name of ['worker-1', 'worker-2', 'worker-3']) await recordHeartbeat(db, { name, age: 1, lateLoops: [] });
    assertBounded();
  });

  test('mails are found by what is due or undelivered', async () => {
    const due = await findCompaniesWithDueMail(db, 200);
    const [one, other] = due;
    assert.ok(one && other);
    const mail = (await takeDueMail(db, one)) ?? assert.fail('a mail is due');
    await extendAttempt(db, mail);
    await recordSent(db, mail);
    const refused = (await takeDueMail(db, other)) ?? assert.fail('a mail is due');
    for (const account of ['fails', 'works', undefined] as const)
      await recordRefused(db, refused, { error: 'no', account, permanent: true, pause: undefined });
    await readMailAccountFault(db);
    await countUndelivered(db);
    for (const fromEnd of [false, true]) {
      await findUndelivered(db, { fromEnd, limit: 21 });
      await findUndelivered(db, { fromEnd, after: 10, before: volume.companies, limit: 21 });
    }
    assert.equal((await sendAgain(db, notifier, refused.id, 'new@customers.example', act)).kind, 'due');
    assert.equal((await sendAgain(db, notifier, mail.id, undefined, act)).kind, 'already-sent');
    assertBounded();
  });

  test('the audit log and revocations are listed from their newest', async () => {
    const audit = openAudit(db, log);
    audit.record({ actor: act.actor, action: 'CREATE_COMPANY', outcome: 'ValidationError', companyId: undefined });
    await audit.close();
    const revoked = await revoke(db, 'TOKEN', 'a-token', { by: 'olga', longestLife: 3_600, act });
    for (const fromEnd of [false, true]) {
      for (const window of [{}, { after: Number(revoked.position), before: 10 }]) {
        for (const search of [
          {},
          { companyId: known(9) },
          { subject: customer.owner },
          { companyId: known(10), subject: filled.partner },
        ])
          await findAuditEntries(db, search, { ...window, fromEnd, limit: 21 });
        await findRevocations(db, { ...window, fromEnd, limit: 21 });
      }
    }
    const followed = await followRevocations(db, openRevocations(), { liveness, log });
    await followed.close();
    assertBounded();
  });

  test('API keys are looked for by their ids, and listed from their newest', async () => {
    const key = { owner: 'newcomer', name: 'x', scopes: ['companies:read'], days: 1, createdBy: 'olga' } as const;
    const { text, row } = (await createApiKey(db, key, act)) ?? assert.fail('the owner may have more');
    const revocations = openRevocations();
    const ring = openApiKeyRing(db, revocations, assert.fail);
    const viewer = await ring.identify(text, undefined);
    await noteUse(db, row.id);
    const unwatch = revocations.watch(viewer, () => {});
    const followed = await followRevocations(db, revocations, { liveness, log });
    await followed.close();
    unwatch();
    for (const owner of [undefined, 'holder-1'])
      for (const fromEnd of [false, true])
        for (const window of [{}, { after: Number(row.position), before: 10 }])
          await listApiKeys(db, owner, { ...window, fromEnd, limit: 21 });
    await revokeApiKey(db, row.id, undefined, act);
    await revokeApiKey(db, row.id, 'holder-1', act);
    assertBounded();
  });

  test('limits that operators have set are read by their owners, and what a partner uses is counted from their companies', async () => {
    await overrideQuotas(db, newcomer.owner, { companiesPerDay: 7 }, act);
    await overrideQuotas(db, newcomer.owner, { streams: 7 });
    const overrides = openKnownOverrides(db, assert.fail);
    await until('they are read', () => overrides.of(newcomer.owner).companiesPerDay === 7);
    await countCompaniesOf(db, partner.owner);
    assertBounded();
  });

  test('webhook endpoints are listed from their newest, and their messages are made, sent, listed, asked for and deleted by indexes', async () => {
    const settings = { url: 'https://portal.example', kinds: ['QUEUED'], description: '', contactEmail: null } as const;
    const made = await createEndpoint({ db, secrets }, { ...settings, owner: newcomer.owner, createdBy: 'nina' }, act);
    const { id } = made?.row ?? assert.fail('the owner may have more');
    await rotateSecret({ db, secrets }, id, newcomer.owner, act);
    await updateEndpoint(db, id, newcomer.owner, { kinds: ['CREATED'], enabled: true }, act);
    await updateEndpoint(db, id, undefined, { enabled: false }, act);
    await updateEndpoint(db, id, undefined, { enabled: true }, act);
    await findEndpoint(db, id, newcomer.owner);
    for (const owner of [undefined, 'holder-1'])
      for (const fromEnd of [false, true])
        for (const window of [{}, { after: 100, before: 10 }])
          await listEndpoints(db, owner, { ...window, fromEnd, limit: 21 });
    for (const state of [undefined, 'WAITING', 'DELIVERED'] as const)
      for (const fromEnd of [false, true])
        for (const window of [{}, { after: volume.companies, before: 10 }])
          await listDeliveries(db, 'we_0', state, { ...window, fromEnd, limit: 21 });
    assertBounded();

    await created(operator, 'sent-by-webhook');
    await numberEvents(db);
    assert.equal(await fanOut(db), false);
    const due = await findDueEndpoints(db);
    assert.ok(due.some(({ isOver }) => isOver) && due.some(({ isOver }) => !isOver));
    assertBounded({ ...usual, rows: 2 * usual.rows });
    for (const endpoint of ['we_0', 'we_41']) {
      const taken = await takeDueDeliveries(db, endpoint, 8);
      const [delivery, refused, released] = taken;
      assert.ok(delivery && refused && released);
      const answer = { kind: 'answered', status: 200, durationMs: 5 } as const;
      await recordOutcome(db, delivery, { answer, pause: undefined, endpoint: 'works' });
      await recordOutcome(db, refused, { answer, pause: 5_000, endpoint: 'fails' });
      await releaseDelivery(db, released);
    }
    await updateEndpoint(db, 'we_0', undefined, { contactEmail: 'portal@partners.example', enabled: undefined });
    const [last] = await takeDueDeliveries(db, 'we_0', 1);
    const gone = { kind: 'answered', status: 410, durationMs: 5 } as const;
    assert.equal(
      last && (await recordOutcome(db, last, { answer: gone, pause: undefined, endpoint: 'is gone' })),
      'GONE',
    );
    assert.deepEqual(await findEndpointsWithDueMail(db, 200), ['we_0']);
    assert.ok(await takeDueMail(db, 'we_0'));
    await updateEndpoint(db, 'we_0', undefined, { enabled: true });
    await queueTestMessage(db, 'we_0', act);
    assertBounded();
    await giveUpDeliveries(db, 'we_1');
    await deleteOldDeliveries(db);
    assertBounded();
    await requeueMessages(
      db,
      { id: 'we_0', owner: filled.partner },
      { after: 0, until: Number.MAX_SAFE_INTEGER, includeDelivered: true },
      act,
    );
    // Those of an owner with a fifth of all events are found among all, in their order.
    assertBounded({ ...usual, rows: 6 * mostEvents });
    assert.equal(await deleteEndpoint(db, id, undefined, act), true);
    assertBounded();
  });

  test('the keys that the database needs are counted, and secrets encrypted again, from sealed secrets alone', async () => {
    const deps = { db, notifier, secrets: secretBox([oldKey]), apps: ['erpnext'], ownHosts: [] };
    await createCompany(deps, operator, requestFor('sealed.localhost'));
    assert.equal(await resealSecrets(db, secrets, newKey), 1);
    await neededKeys(db);
    assertBounded();
  });

  test('every place that executes a statement was tried above', () => {
    assert.deepEqual(
      executions().filter((site) => !explained.sites.has(site)),
      [],
    );
  });
});

/** A company of the filled database. */
const known = (number: number): CompanyId =>
  // Cast: what was filled in are ids.
  `COMP-2025-${String(number).padStart(6, '0')}` as CompanyId;

/** What runs once, and not while requests and jobs are served. */
const startUp = /^src\/database\/(deployment|open-database|text-index)\.ts$/;

/** Where the service's sources execute a statement: `src/company/act.ts:12`. */
const executions = (): readonly string[] =>
  globSync('{src,schema,jobs}/**/*.ts')
    .filter((file) => !startUp.test(file) && !/^src\/(client|demo)/.test(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          /\.(execute(TakeFirst(OrThrow)?)?|stream)\(/.test(line) ? [`${file}:${index + 1}`] : [],
        ),
    );

/** Where a source executes the statement of which a line holds this text. */
function siteOf(file: string, text: string): string {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((candidate) => candidate.includes(`'${text}'`));
  return executions().find((site) => site.startsWith(`${file}:`) && Number(site.split(':')[1]) > line) ?? assert.fail();
}
