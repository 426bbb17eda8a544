import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type GraphQLNamedType, getNamedType, isObjectType, isUnionType } from 'graphql';
import { schema } from '../schema/index.ts';
import { readBacklog } from '../src/app/read-backlog.ts';
import {
  type MailKind,
  ProvisionCompanyDocument,
  ResendMailDocument,
  ServiceStatusDocument,
  type ServiceStatusQueryVariables,
  type UndeliveredMailFieldsFragment,
} from '../src/client/operations.ts';
import type { CompanyId } from '../src/company/company-id.ts';
import { openPglite } from '../src/embedded/pglite.ts';
import { countUndelivered, sendAgain } from '../src/mail/undelivered.ts';
import { claimCompany, maxClaims, releaseLease } from '../src/provisioning/lease.ts';
import { mostListed, readServiceStatus } from '../src/provisioning/service-status.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { ask } from './support/ask.ts';
import { badAddresses } from './support/bad-inputs.ts';
import { openCompanyStore, times } from './support/company-store.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { type Manner, openFaultySmtp } from './support/faulty-smtp.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const password = 'canary Zq7x9W & more';
const ever = new AbortController().signal;
const sites = mkdtempSync(join(tmpdir(), 'test-operators-'));
after(() => rmSync(sites, { recursive: true, force: true }));
const server = await openFaultySmtp();
after(() => server.close());
const faults = new Faults();
const host = faultyHost(openSandboxHost({ directory: sites }), faults);
const { service, url, dataDir, clientOf, tokenOf } = await openTestService(
  { after },
  { host, env: { SMTP_URL: server.url } },
);
const operator = await clientOf('olga', 'operator');

/** Everything that operators were told. */
const answers: unknown[] = [];
async function serviceStatus(variables: ServiceStatusQueryVariables = { first: 100 }) {
  const answer = await operator.execute(ServiceStatusDocument, variables);
  answers.push(answer);
  const { undeliveredMails, ...work } = answer.serviceStatus;
  return { ...work, ...undeliveredMails, mails: undeliveredMails.edges.map(({ node }) => node) };
}
async function resend(mailId: string, recipient?: string) {
  const { resendMail } = await operator.execute(ResendMailDocument, { mailId, recipient });
  answers.push(resendMail);
  return resendMail;
}
async function mustResend(mailId: string, recipient?: string): Promise<UndeliveredMailFieldsFragment> {
  const answer = await resend(mailId, recipient);
  return answer.__typename === 'ResendMailSuccess' ? answer.mail : assert.fail(JSON.stringify(answer));
}

/** A company whose attempt has ended, and whose customer's mails the server meets in these manners. */
async function endedCompany(name: string, ...manners: Manner[]) {
  const recipient = `${name}@customers.example`;
  server.behave(recipient, ...manners);
  const customer = await clientOf(name, 'customer');
  const { id } = await createCompany(customer, requestFor(`${name}.localhost`, { adminPassword: password }));
  const events = await watchToEnd(customer, id);
  return { id, recipient, customer, status: events.at(-1)?.status };
}

/** The company's mail, once it is recorded that its try of this number did not deliver it. Asks until then. */
async function undelivered({ id }: { id: string }, tries = 1, kind?: MailKind): Promise<UndeliveredMailFieldsFragment> {
  for (;;) {
    const { mails } = await serviceStatus();
    const mail = mails.find((candidate) => candidate.company.id === id && candidate.kind === (kind ?? candidate.kind));
    const tryHasEnded = mail?.state === 'REFUSED' || Date.parse(mail?.dueAt ?? '') > Date.now();
    if (mail?.tries === tries && tryHasEnded) return mail;
  }
}

/** The newest event in the history that the customer is shown, with the fields that streams are asked for. */
async function lastOfHistory(customer: string, companyId: string): Promise<unknown> {
  const fields = 'version status siteStatus kind step reason progress message occurredAt';
  const query = `query ($id: ID!) { company(id: $id) { history(last: 1) { edges { node { ${fields} } } } } }`;
  const headers = { authorization: `Bearer ${await tokenOf(customer, 'customer')}` };
  const { text } = await ask(url, { headers, body: JSON.stringify({ query, variables: { id: companyId } }) });
  return JSON.parse(text).data.company.history.edges[0].node;
}

/** Resolves once it is recorded that a server has accepted the mail. Asks until then. */
async function recordedAsSent(mailId: string): Promise<void> {
  while ((await serviceStatus()).mails.some(({ id }) => id === mailId));
}

test('operators see running and waiting companies', { timeout: 120_000 }, async () => {
  const idle = await serviceStatus();
  assert.deepEqual([idle.waiting, idle.oldestWaitingSince, idle.running, idle.runningCount], [0, null, [], 0]);
  const [worker] = idle.workers;
  assert.deepEqual([idle.workerCount, idle.stalled, worker?.lateLoops], [1, 0, []]);

  const before = Date.now();
  const release = faults.pause('create-site');
  const client = await clientOf('busy', 'customer');
  const held = await createCompany(client, requestFor('held.localhost'));
  await faults.reached('create-site');
  const queued = await createCompany(client, requestFor('queued.localhost'));
  const { waiting, oldestWaitingSince, running, runningCount } = await serviceStatus();
  assert.deepEqual([waiting, runningCount, running.length], [1, 1, 1]);
  assert.ok(Date.parse(oldestWaitingSince ?? '') >= before);
  const [attempt] = running;
  assert.ok(attempt);
  assert.deepEqual([attempt.company.id, attempt.company.status, attempt.claims], [held.id, 'PROVISIONING', 1]);
  assert.match(attempt.worker, new RegExp(`-${process.pid}-`));
  assert.equal(attempt.worker, worker?.name);
  const [since, until, deadline] = [attempt.heldSince, attempt.leasedUntil, attempt.deadlineAt].map(Date.parse);
  assert.ok(since && until && deadline && before <= since && since < until && until < deadline);
  assert.ok(Math.abs(deadline - since - 600_000) < 1_000, 'an attempt has ten minutes');
  assert.ok(attempt.leaseAgeSeconds >= 0 && attempt.leaseAgeSeconds <= 30);

  release();
  for (const { id } of [held, queued]) await watchToEnd(client, id);
  const done = await serviceStatus();
  assert.deepEqual([done.waiting, done.oldestWaitingSince, done.runningCount], [0, null, 0]);
});

test('a company that waits while no worker lives is STALLED, and operators see why', {
  timeout: 120_000,
}, async (t) => {
  const lonely = await openTestService(t, { parts: { api: true, worker: false } });
  const customer = await lonely.clientOf('patient', 'customer');
  const { id } = await createCompany(customer, requestFor('patient.localhost'));
  const { health, status } = await readCompany(customer, id);
  assert.deepEqual([status, health?.state, health?.nextTryAt], ['QUEUED', 'STALLED', null]);
  assert.doesNotMatch(health?.reason ?? assert.fail('no reason'), /worker|database|queue/i);
  const { serviceStatus: seen } = await (await lonely.clientOf('olga', 'operator')).execute(ServiceStatusDocument, {
    first: 1,
  });
  assert.deepEqual([seen.waiting, seen.stalled, seen.workerCount, seen.workers], [1, 1, 0, []]);
});

describe('undelivered mails', { timeout: 300_000 }, () => {
  test('a refused mail is listed with its reason, corrected, and arrives once with the password', async () => {
    const company = await endedCompany('misspelt', 'refuse');
    const refused = await undelivered(company);
    assert.deepEqual(
      [refused.kind, refused.recipient, refused.state, refused.dueAt],
      ['SITE_READY', company.recipient, 'REFUSED', null],
    );
    assert.match(refused.lastError ?? '', /550 No such mailbox/);

    const due = await mustResend(refused.id, 'Spelt.Well@Customers.EXAMPLE');
    const corrected = 'Spelt.Well@customers.example';
    assert.deepEqual(
      [due.state, due.tries, due.recipient, due.company.customerEmail],
      ['WAITING', 1, corrected, corrected],
    );
    await server.taken(corrected);
    await recordedAsSent(refused.id);
    assert.equal((await resend(refused.id)).__typename, 'MailAlreadySent');
    assert.equal((await resend(refused.id, company.recipient)).__typename, 'MailAlreadySent');
    assert.match(server.mailsTo(corrected)[0]?.text ?? '', /canary Zq7x9W & more/);
    assert.deepEqual([server.triesTo(corrected), server.triesTo(company.recipient)], [1, 1]);
  });

  test('a pausing mail is sent at once, and its attempts keep counting', async () => {
    const company = await endedCompany('deferred', 'defer', 'defer', 'defer');
    for (const tries of [1, 2]) {
      const { id } = await undelivered(company, tries);
      assert.equal((await mustResend(id)).tries, tries);
    }
    const { id, dueAt } = await undelivered(company, 3);
    const due = await mustResend(id);
    assert.ok(Date.parse(due.dueAt ?? '') < Date.parse(dueAt ?? ''));
    await server.taken(company.recipient);
    assert.ok(Date.now() < Date.parse(dueAt ?? ''), 'before the pause of 20 seconds was over');
    await recordedAsSent(id);
    assert.equal(server.triesTo(company.recipient), 4);
  });

  test('a mail that is being sent is left alone, whatever the recipient', async () => {
    const company = await endedCompany('slow', 'hang');
    const drop = await server.hanging(company.recipient);
    const { mails } = await serviceStatus();
    const mail = mails.find(({ recipient }) => recipient === company.recipient) ?? assert.fail();
    for (const recipient of [undefined, 'faster@customers.example']) {
      assert.equal((await resend(mail.id, recipient)).__typename, 'MailBeingSent');
    }
    drop();
    const paused = await undelivered(company);
    assert.deepEqual([paused.recipient, paused.company.customerEmail], [company.recipient, company.recipient]);
    await mustResend(mail.id);
    await recordedAsSent(mail.id);
    assert.deepEqual([server.triesTo(company.recipient), server.triesTo('faster@customers.example')], [2, 0]);
  });

  test('a mail that several operators resend at once arrives once', async () => {
    const company = await endedCompany('hurried', 'refuse');
    const { id } = await undelivered(company);
    const kinds = (await Promise.all(Array.from({ length: 8 }, () => resend(id)))).map(({ __typename }) => __typename);
    assert.ok(kinds.includes('ResendMailSuccess'));
    await recordedAsSent(id);
    assert.deepEqual([server.triesTo(company.recipient), server.mailsTo(company.recipient).length], [2, 1]);
  });

  test('correcting a failure mail’s address applies to later mails, and to no other company’s', async () => {
    faults.fail('set-up-company', new SiteHostError('SET_UP_FAILED', 'The books cannot be opened.'));
    const company = await endedCompany('moved', 'refuse');
    const other = await endedCompany('neighbour', 'quote');
    assert.equal(company.status, 'FAILED');
    const { id, kind } = await undelivered(company);
    assert.equal(kind, 'SITE_FAILED');
    const before = await readCompany(company.customer, company.id);
    await mustResend(id, 'new-home@customers.example');
    const [told] = await watchToEnd(company.customer, company.id, before.version);
    assert.deepEqual([told?.kind, told?.version, told?.status], ['ADDRESS_CORRECTED', before.version + 1, 'FAILED']);
    assert.doesNotMatch(told?.message ?? '', /@/);
    assert.deepEqual(await lastOfHistory('moved', company.id), told);
    await recordedAsSent(id);
    await company.customer.execute(ProvisionCompanyDocument, { companyId: company.id });
    await watchToEnd(company.customer, company.id);
    while (server.mailsTo('new-home@customers.example').length < 2) await serviceStatus();
    assert.deepEqual(
      server.mailsTo('new-home@customers.example').map(({ subject }) => subject?.split(':')[0]),
      ['Site Provisioning Failed', 'Your Site is Ready'],
    );
    assert.equal((await undelivered(other)).company.customerEmail, other.recipient);
  });

  test('resending an old mail keeps its recipient and the company’s corrected address', async () => {
    faults.fail('set-up-company', new SiteHostError('SET_UP_FAILED', 'The books cannot be opened.'));
    const company = await endedCompany('refused-twice', 'refuse', 'refuse');
    const failed = await undelivered(company);
    await company.customer.execute(ProvisionCompanyDocument, { companyId: company.id });
    const ready = await undelivered(company, 1, 'SITE_READY');
    await mustResend(ready.id, 'corrected@customers.example');
    const late = await mustResend(failed.id);
    assert.deepEqual([late.recipient, late.company.customerEmail], [company.recipient, 'corrected@customers.example']);
    for (const { id } of [ready, failed]) await recordedAsSent(id);
  });

  test('an unknown mail id is not found, whatever it looks like', async () => {
    const absent = [
      randomUUID(),
      randomUUID().toUpperCase(),
      '',
      ' ',
      'x',
      '0',
      '\0',
      "' or '1'='1",
      'COMP-2026-00001',
    ];
    for (const id of [...absent, `${randomUUID()}0`, ` ${randomUUID()}`, `${randomUUID()}\n`]) {
      assert.equal((await resend(id)).__typename, 'MailNotFound', JSON.stringify(id));
    }
  });

  test('a resent mail goes to one plain address only', async () => {
    const company = await endedCompany('plain', 'refuse');
    const refused = await undelivered(company);
    for (const [title, address, code] of [['empty', '', 'INVALID_FORMAT'], ...badAddresses] as const) {
      const answer = await resend(refused.id, address.slice(0, 80_000));
      if (answer.__typename !== 'ValidationError') assert.fail(title);
      assert.deepEqual(
        answer.faults.map((fault) => [fault.field, fault.code]),
        [['recipient', code]],
        title,
      );
    }
    assert.deepEqual(await undelivered(company), refused);
    assert.equal(server.triesTo(company.recipient), 1);
  });

  test('undelivered mails are listed page by page, oldest first, forwards and backwards', async () => {
    for (const name of ['page-one', 'page-two', 'page-three']) await undelivered(await endedCompany(name, 'refuse'));
    const { mails: oldestFirst } = await serviceStatus();
    const moments = oldestFirst.map(({ createdAt }) => createdAt);
    assert.deepEqual(moments, moments.toSorted());
    const all = oldestFirst.map(({ id }) => id);
    assert.ok(all.length >= 5);
    const forwards: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { mails, pageInfo }: Awaited<ReturnType<typeof serviceStatus>> = await serviceStatus({ first: 2, after });
      forwards.push(...mails.map(({ id }) => id));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    assert.deepEqual(forwards, all);
    const backwards: string[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const { mails, pageInfo }: Awaited<ReturnType<typeof serviceStatus>> = await serviceStatus({ last: 2, before });
      backwards.unshift(...mails.map(({ id }) => id));
      ({ startCursor: before, hasPreviousPage: more } = pageInfo);
    }
    assert.deepEqual(backwards, all);
    for (const bad of [{ first: -1 }, { after: 'x' }, { before: '9'.repeat(20) }])
      await assert.rejects(serviceStatus(bad));
  });
});

test('an unreachable mail server is one fault of the account, which ends by itself', {
  timeout: 60_000,
}, async () => {
  assert.equal((await serviceStatus()).mailAccountFault, null);
  await server.stop();
  const before = Date.now();
  const companies = [await endedCompany('unreached-one'), await endedCompany('unreached-two')];
  const fault = async () => (await serviceStatus()).mailAccountFault;
  let met = await fault();
  while (!met) met = await fault();
  assert.match(met.cause, /^No delivery to the mail server 127\.0\.0\.1:\d+: ECONNREFUSED$/);
  assert.ok(Date.parse(met.since) >= before - 1_000);
  const { mails } = await serviceStatus();
  assert.equal(met.waitingMails, mails.filter(({ state }) => state === 'WAITING').length);
  assert.deepEqual(
    companies.map(({ id }) => mails.find(({ company }) => company.id === id)?.lastError),
    [null, null],
  );
  await server.start();
  for (const { recipient } of companies) await server.taken(recipient);
  while (await fault());
});

describe('other roles', () => {
  /** Every way from this type to a value, e.g. `{ running { claims } }`; of a company its id is enough. */
  const waysThrough = (type: GraphQLNamedType): readonly string[] => {
    if (isUnionType(type)) {
      return type.getTypes().flatMap((member) => waysThrough(member).map((way) => `{ ... on ${member} ${way} }`));
    }
    if (!isObjectType(type)) return [''];
    const fields = Object.values(type.getFields()).filter(({ name }) => type.name !== 'Company' || name === 'id');
    return fields.flatMap((field) => waysThrough(getNamedType(field.type)).map((way) => `{ ${field.name} ${way} }`));
  };
  const waysFrom = (name: string) => waysThrough(schema.getType(name) ?? assert.fail(name));

  for (const role of ['customer', 'partner'] as const) {
    test(`a ${role} sees nothing of the service status and changes nothing, not even for their own company`, async () => {
      const company = await endedCompany(`nosy-${role}`, 'refuse');
      const mail = await undelivered(company);
      const asking = `resendMail(mailId: "${mail.id}", recipient: "eve@evil.example")`;
      const queries = [
        ...waysFrom('ServiceStatus').map((way) => `{ serviceStatus ${way} }`),
        ...waysFrom('ResendMailResult').map((way) => `mutation { ${asking} ${way} }`),
      ];
      assert.ok(queries.length > 40, `${queries.length} queries`);
      const headers = { authorization: `Bearer ${await tokenOf(`nosy-${role}`, role)}` };
      for (const query of queries) {
        const { text } = await ask(url, { headers, body: JSON.stringify({ query }) });
        const { data, errors }: Refusal = JSON.parse(text);
        assert.deepEqual([data, errors.map(({ extensions }) => extensions.code)], [null, ['FORBIDDEN']], query);
      }
      assert.deepEqual(await undelivered(company), mail);
      assert.equal(server.triesTo('eve@evil.example'), 0);
    });
  }
});
interface Refusal {
  readonly data: null;
  readonly errors: readonly { readonly extensions: { readonly code: string } }[];
}

test('no password is shown, and only undelivered mails keep theirs', async () => {
  assert.ok(answers.length > 100);
  assert.doesNotMatch(JSON.stringify(answers), /Zq7x9W|sealed|development\./);
  const owed = (await serviceStatus()).mails
    .filter(({ kind }) => kind === 'SITE_READY')
    .map(({ company }) => company.id);
  await service.close();

  const { pglite, close } = await openPglite(dataDir);
  const { rows } = await pglite.query<{ id: string }>(
    'select id from company where sealed_password is not null order by id',
  );
  await close();
  assert.deepEqual(
    rows.map(({ id }) => id),
    owed.toSorted(),
  );
});

describe('waiting and running', async () => {
  const store = await openCompanyStore(after);
  const { db, em } = store;
  const claimed = async (name: string): Promise<CompanyId> => {
    const { id } = await store.create(name);
    assert.ok(await claimCompany(db, id, name, times, ever));
    return id;
  };
  const ago = (seconds: number): string => `now() - interval '${seconds} seconds'`;

  test('a queued company waits since it was queued, a lost one since its lease expired', async () => {
    await store.create('draft', { draft: true });
    assert.deepEqual(await readServiceStatus(db), {
      waiting: 0,
      oldestWaitingSince: null,
      oldestWaitingSeconds: null,
      stalled: 0,
      workers: [],
      workerCount: 0,
      running: [],
      runningCount: 0,
    });
    const lost = await claimed('lost');
    await store.set(lost, `queued_at = ${ago(500)}, leased_until = ${ago(40)}`);
    const first = await readServiceStatus(db);
    assert.equal(first.waiting, 1);
    assert.ok(Math.abs((first.oldestWaitingSeconds ?? 0) - 40) < 5);
    const { id: queued } = await store.create('queued');
    await store.set(queued, `queued_at = ${ago(70)}`);
    const second = await readServiceStatus(db);
    assert.equal(second.waiting, 2);
    assert.ok(Math.abs((second.oldestWaitingSeconds ?? 0) - 70) < 5);
    assert.ok(Math.abs(Date.now() - (second.oldestWaitingSince?.getTime() ?? 0) - 70_000) < 5_000);
    for (const id of [lost, queued]) await store.set(id, `status = 'DRAFT'`);
  });

  test('a released company waits since it was queued', async () => {
    const { id } = await store.create('handed-back');
    const claim = (await claimCompany(db, id, 'one', times, ever)) ?? assert.fail();
    await releaseLease(db, claim);
    await store.set(id, `queued_at = ${ago(90)}`);
    const { waiting, oldestWaitingSeconds, runningCount } = await readServiceStatus(db);
    assert.deepEqual([waiting, runningCount], [1, 0]);
    assert.ok(Math.abs((oldestWaitingSeconds ?? 0) - 90) < 5);
    await store.set(id, `status = 'DRAFT'`);
  });

  test('a lost attempt counts as neither waiting nor running', async () => {
    const id = await claimed('lost-for-good');
    await store.set(id, `claims = ${maxClaims}, leased_until = ${ago(1)}`);
    const { waiting, runningCount } = await readServiceStatus(db);
    assert.deepEqual([waiting, runningCount], [0, 0]);
  });

  test(`the longest running ${mostListed} attempts are listed and all are counted`, async () => {
    const ids: CompanyId[] = [];
    for (let number = 0; number <= mostListed; number++) ids.push(await claimed(`running-${number}`));
    const [oldest, newest] = [ids[50] ?? assert.fail(), ids[0] ?? assert.fail()];
    await store.set(oldest, `leased_since = ${ago(300)}, leased_until = now() + interval '20 seconds'`);
    await store.set(newest, `leased_since = now() + interval '1 second', leased_until = now() + interval '10 seconds'`);
    const { waiting, running, runningCount } = await readServiceStatus(db);
    assert.deepEqual([waiting, runningCount, running.length], [0, mostListed + 1, mostListed]);
    const { attemptsRunning, oldestLeaseSeconds = 0, leastLeaseSecondsLeft = 0 } = await readBacklog(db);
    assert.equal(attemptsRunning, mostListed + 1);
    assert.ok(Math.abs(oldestLeaseSeconds - 300) < 5, 'of the longest running');
    assert.ok(leastLeaseSecondsLeft > 0 && leastLeaseSecondsLeft <= 10, 'of one that is not listed');
    const [first] = running;
    assert.ok(first);
    assert.deepEqual([first.company.id, first.worker, first.claims], [oldest, 'running-50', 1]);
    assert.ok(Math.abs(first.leaseAgeSeconds - 300) < 5 && Math.abs(first.leaseSecondsLeft - 20) < 5);
    assert.ok(!running.some(({ company }) => company.id === newest));
  });

  test('mails are counted by state, and a resent one notifies mailers at once', async () => {
    assert.deepEqual(await countUndelivered(db), { waiting: 0, refused: 0, oldestSeconds: null });
    const { id: companyId } = await store.create('mailed');
    for (const [attempt, state] of ['SENT', 'WAITING', 'REFUSED', 'REFUSED'].entries()) {
      await em.execute(
        `insert into outbox_mail (company_id, attempt, kind, recipient, state, created_at) values (?, ?, 'SITE_FAILED', 'a@b.example', ?, ${ago(100 - 10 * attempt)})`,
        [companyId, attempt, state],
      );
    }
    const { waiting, refused, oldestSeconds } = await countUndelivered(db);
    assert.deepEqual([waiting, refused], [1, 2]);
    assert.ok(Math.abs((oldestSeconds ?? 0) - 90) < 5);

    const [mail] = await em.execute<{ id: string }[]>(`select id from outbox_mail where state = 'REFUSED'`);
    assert.equal((await sendAgain(db, store.notifier, mail?.id ?? '')).kind, 'due');
    assert.equal(store.notifications.at(-1), `mailers ${companyId}`);
    assert.equal((await countUndelivered(db)).waiting, 2);
  });
});
