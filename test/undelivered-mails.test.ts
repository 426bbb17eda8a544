import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ProvisionCompanyDocument } from '../src/client/operations.ts';
import { openPglite } from '../src/embedded/pglite.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { ask } from './support/ask.ts';
import { badAddresses } from './support/bad-inputs.ts';
import { openOperatedService } from './support/operated-service.ts';
import { readCompany, watchToEnd } from './support/test-service.ts';

const { service, server, faults, url, dataDir, tokenOf, answers, ...operator } = await openOperatedService({ after });
const { serviceStatus, resend, mustResend, endedCompany, undelivered, recordedAsSent } = operator;

/** The newest event in the history that the customer is shown, with the fields that streams are asked for. */
async function lastOfHistory(customer: string, companyId: string): Promise<unknown> {
  const fields = 'version status siteStatus kind step reason progress message occurredAt';
  const query = `query ($id: ID!) { company(id: $id) { history(last: 1) { edges { node { ${fields} } } } } }`;
  const headers = { authorization: `Bearer ${await tokenOf(customer, 'customer')}` };
  const { text } = await ask(url, { headers, body: JSON.stringify({ query, variables: { id: companyId } }) });
  return JSON.parse(text).data.company.history.edges[0].node;
}

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
      [due.state, due.tries, due.recipient, due.company?.customerEmail],
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
    assert.deepEqual([paused.recipient, paused.company?.customerEmail], [company.recipient, company.recipient]);
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
    assert.equal((await undelivered(other)).company?.customerEmail, other.recipient);
  });

  test('resending an old mail keeps its recipient and the company’s corrected address', async () => {
    faults.fail('set-up-company', new SiteHostError('SET_UP_FAILED', 'The books cannot be opened.'));
    const company = await endedCompany('refused-twice', 'refuse', 'refuse');
    const failed = await undelivered(company);
    await company.customer.execute(ProvisionCompanyDocument, { companyId: company.id });
    const ready = await undelivered(company, 1, 'SITE_READY');
    await mustResend(ready.id, 'corrected@customers.example');
    const late = await mustResend(failed.id);
    assert.deepEqual([late.recipient, late.company?.customerEmail], [company.recipient, 'corrected@customers.example']);
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
    companies.map(({ id }) => mails.find(({ company }) => company?.id === id)?.lastError),
    [null, null],
  );
  await server.start();
  for (const { recipient } of companies) await server.taken(recipient);
  while (await fault());
});

test('no password is shown, and only undelivered mails keep theirs', async () => {
  assert.ok(answers.length > 100);
  assert.doesNotMatch(JSON.stringify(answers), /Zq7x9W|sealed|development\./);
  const owed = (await serviceStatus()).mails
    .filter(({ kind }) => kind === 'SITE_READY')
    .map(({ company }) => company?.id);
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
