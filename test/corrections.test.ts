import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openClient } from '../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CompaniesDocument,
  CorrectCompanyDocument,
  type CorrectCompanyMutationVariables,
  CreateCompanyDocument,
  DeleteDraftDocument,
  ProvisionCompanyDocument,
} from '../src/client/operations.ts';
import { openFaultySmtp } from './support/faulty-smtp.ts';
import { until } from './support/processes.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const { url, clientOf, tokenOf, verifiedTokenOf } = await openTestService({ after });

const portal = await clientOf('portal', 'partner');
const customerEmail = 'jane@customers.example';
const draft = (domain: string, changes: Parameters<typeof requestFor>[1] = {}) =>
  requestFor(`${domain}.localhost`, { draft: true, customerEmail, ...changes });
type CorrectionOf = CorrectCompanyMutationVariables['input'];
const correct = async (companyId: string, input: CorrectionOf, expectedVersion: number | null = null) =>
  (await portal.execute(CorrectCompanyDocument, { companyId, input, expectedVersion })).correctCompany;
const remove = async (companyId: string, expectedVersion: number | null = null) =>
  (await portal.execute(DeleteDraftDocument, { companyId, expectedVersion })).deleteDraft;

describe('corrections', () => {
  test('a corrected draft gets the site that the correction says, with its password', async () => {
    const { id } = await createCompany(portal, draft('mistyped'));
    const answer = await correct(id, { domain: 'Typed.localhost', companyName: 'Typed Ltd', apps: [] });
    assert.partialDeepStrictEqual(answer, {
      __typename: 'CorrectCompanySuccess',
      company: { siteName: 'typed.localhost', companyName: 'Typed Ltd', version: 2 },
    });
    await portal.execute(ProvisionCompanyDocument, { companyId: id });
    assert.equal((await watchToEnd(portal, id)).at(-1)?.status, 'ACTIVE');
    assert.equal((await createCompany(portal, draft('mistyped'))).status, 'DRAFT');
  });

  test('a correction that changes nothing makes no event, and a repeated one succeeds', async () => {
    const { id } = await createCompany(portal, draft('repeated', { externalReference: 'a' }));
    for (const input of [{}, { companyName: 'Acme Corporation', externalReference: 'a' }])
      assert.partialDeepStrictEqual(await correct(id, input), { company: { version: 1 } });
    for (let times = 0; times < 2; times += 1)
      assert.partialDeepStrictEqual(await correct(id, { externalReference: 'b' }, 1), { company: { version: 2 } });
    assert.equal((await correct(id, { externalReference: 'c' }, 1)).__typename, 'VersionConflict');
  });

  test('a correction is checked like a request, and nothing changes when it is refused', async () => {
    const { id } = await createCompany(portal, draft('checked'));
    const answer = await correct(id, { companyAbbr: 'too long for that', country: 'Nowhere' });
    assert.deepEqual(answer.__typename === 'ValidationError' && answer.faults.map(({ field }) => field).sort(), [
      'companyAbbr',
      'country',
    ]);
    const other = await createCompany(portal, draft('holder'));
    assert.partialDeepStrictEqual(await correct(id, { domain: 'holder.localhost' }), {
      __typename: 'SiteNameTaken',
      holder: { id: other.id },
    });
    assert.equal((await readCompany(portal, id)).version, 1);
  });

  test('only notes and the language may be corrected once a worker has worked on a company, and the address until it is mailed', async () => {
    const { id } = await createCompany(portal, draft('worked', { draft: false }));
    await watchToEnd(portal, id);
    assert.equal((await correct(id, { companyName: 'Other Ltd' })).__typename, 'WrongStatus');
    assert.equal(
      (await correct(id, { metadata: [{ key: 'plan', value: 'gold' }] })).__typename,
      'CorrectCompanySuccess',
    );
    assert.equal((await correct(id, { locale: 'de-at' })).__typename, 'CorrectCompanySuccess');
    const { companies } = await portal.execute(CompaniesDocument, { filter: { text: 'worked' } });
    assert.partialDeepStrictEqual(companies.edges[0]?.node, {
      locale: 'de-AT',
      metadata: [{ key: 'plan', value: 'gold' }],
    });
  });

  test('a corrected address takes the company, and its open stream, from the former one', async () => {
    const { id } = await createCompany(portal, draft('readdressed'));
    const wrong = openClient(url, await verifiedTokenOf('wrong', customerEmail));
    const stream = wrong.watch(id);
    assert.equal((await stream.next()).value?.version, 1);
    assert.partialDeepStrictEqual(await correct(id, { customerEmail: 'joe@customers.example' }), {
      company: { customerEmail: 'joe@customers.example' },
    });
    await assert.rejects(stream.next(), /No such company exists/);
    await assert.rejects(readCompany(wrong, id));
    const joe = openClient(url, await verifiedTokenOf('joe', 'joe@customers.example'));
    assert.equal((await readCompany(joe, id)).version, 2);
  });
});

describe('the address of a mail that no server has accepted', () => {
  for (const manner of ['defer', 'refuse'] as const) {
    test(`is corrected, and the mail goes there at once, after a server did ${manner} the former one`, {
      timeout: 60_000,
    }, async (t) => {
      const smtp = await openFaultySmtp();
      const mailing = await openTestService(t, { env: { SMTP_URL: smtp.url } });
      t.after(() => smtp.close());
      const shop = await mailing.clientOf('shop', 'partner');
      const [wrong, right] = ['jnae@customers.example', 'jane@customers.example'];
      // Deferred again, it would wait longer than this test does.
      smtp.behave(wrong, ...new Array<typeof manner>(9).fill(manner));
      const { id } = await createCompany(shop, requestFor('mailed.localhost', { customerEmail: wrong }));
      await watchToEnd(shop, id);

      const input = { customerEmail: right };
      await until('the delivery to the wrong address is over', async () => {
        if (smtp.triesTo(wrong) === 0) return false;
        const variables = { companyId: id, input, expectedVersion: null };
        const { correctCompany } = await shop.execute(CorrectCompanyDocument, variables);
        return correctCompany.__typename === 'CorrectCompanySuccess';
      });
      await smtp.taken(right);
      const triesToWrong = smtp.triesTo(wrong);
      const [mail, ...more] = smtp.mailsTo(right);
      assert.match(mail?.text ?? '', /correct horse battery/);
      assert.deepEqual([more, smtp.mailsTo(wrong)], [[], []]);
      const variables = { companyId: id, input: { customerEmail: wrong }, expectedVersion: null };
      const { correctCompany: late } = await shop.execute(CorrectCompanyDocument, variables);
      assert.equal(late.__typename, 'AlreadyMailed');
      assert.equal(smtp.triesTo(wrong), triesToWrong);
    });
  }
});

describe('deleted drafts', () => {
  test('a deleted draft is gone, its streams complete, and its domain and key are free', async () => {
    const input = draft('deleted', { idempotencyKey: 'deleted' });
    const { id } = await createCompany(portal, input);
    const stream = portal.watch(id);
    assert.equal((await stream.next()).value?.version, 1);
    assert.equal((await remove(id, 7)).__typename, 'VersionConflict');
    assert.deepEqual(await remove(id, 1), {
      __typename: 'DeleteDraftSuccess',
      message: 'Deleted; the domain and the idempotency key are free again.',
      companyId: id,
    });
    assert.equal((await stream.next()).done, true);
    assert.equal((await remove(id)).__typename, 'NotFound');
    await assert.rejects(readCompany(portal, id));
    const { createCompany: again } = await portal.execute(CreateCompanyDocument, { input });
    assert.ok(again.__typename === 'CreateCompanySuccess' && again.company.id !== id);
  });

  test('the log of a deleted draft completes', { timeout: 20_000 }, async () => {
    const { id } = await createCompany(portal, draft('deleted-log'));
    const authorization = `Bearer ${await tokenOf('portal', 'partner')}`;
    const query = `subscription { provisioningLog(companyId: "${id}") { text } }`;
    const stream = await fetch(url, {
      method: 'POST',
      headers: { authorization, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    await remove(id);
    assert.match(await stream.text(), /event: complete\ndata:\n\n$/);
  });

  test('a draft of which an attempt was made is not deleted', async () => {
    const { id } = await createCompany(portal, draft('attempted', { draft: false }));
    await watchToEnd(portal, id);
    assert.equal((await remove(id)).__typename, 'WrongStatus');
    await portal.execute(CancelProvisioningDocument, { companyId: id });
    assert.equal((await readCompany(portal, id)).status, 'ACTIVE');
  });
});
