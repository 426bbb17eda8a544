import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { signToken } from '../src/access/authenticate.ts';
import { openClient } from '../src/client/client.ts';
import { CancelProvisioningDocument, CompaniesDocument, ProvisionCompanyDocument } from '../src/client/operations.ts';
import { ask } from './support/ask.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const { service, url, clientOf, verifiedTokenOf } = await openTestService({ after });

describe('customers of partners', async () => {
  const portal = await clientOf('portal', 'partner');
  const jane = openClient(url, await verifiedTokenOf('jane', 'jane@Customers.example'));
  const requested = (domain: string, customerEmail = 'jane@customers.example') =>
    requestFor(domain, {
      draft: true,
      customerEmail,
      externalReference: 'lead 7',
      metadata: [{ key: 'margin', value: '40 %' }],
    });
  const { id } = await createCompany(portal, requested('for-jane.localhost'));
  const { id: joes } = await createCompany(portal, requested('for-joe.localhost', 'joe@customers.example'));
  const { id: own } = await createCompany(jane, requestFor('by-jane.localhost', { draft: true }));
  const list = async (client: typeof jane, filter = {}) =>
    (await client.execute(CompaniesDocument, { filter })).companies.edges.map(({ node }) => node);

  test('a customer lists what was created for them and by them, each once', async () => {
    const ids = async (filter?: object) => (await list(jane, filter)).map((company) => company.id);
    assert.deepEqual(await ids(), [own, id]);
    assert.deepEqual(await ids({ status: ['DRAFT'] }), [own, id]);
    assert.deepEqual(await ids({ text: 'for-j' }), [id]);
    assert.deepEqual(await ids({ customerEmail: 'jane@customers.example' }), [own, id]);
    assert.deepEqual(await ids({ externalReference: 'lead 7' }), []);
  });

  test('a customer does not see what the partner notes about their company', async () => {
    const notes = async (client: typeof jane) => {
      const company = (await list(client)).find((each) => each.id === id);
      return [company?.externalReference, company?.metadata];
    };
    assert.deepEqual(await notes(jane), [null, []]);
    assert.deepEqual(await notes(portal), ['lead 7', [{ key: 'margin', value: '40 %' }]]);
  });

  test('a customer may not change what was created for them', async () => {
    const { provisionCompany } = await jane.execute(ProvisionCompanyDocument, { companyId: id });
    const { cancelProvisioning } = await jane.execute(CancelProvisioningDocument, { companyId: id });
    assert.deepEqual([provisionCompany.__typename, cancelProvisioning.__typename], ['ReadOnly', 'ReadOnly']);
    const others = await jane.execute(ProvisionCompanyDocument, { companyId: joes });
    assert.equal(others.provisionCompany.__typename, 'NotFound');
    assert.equal((await readCompany(portal, id)).version, 1);
  });

  test('a customer watches their company to its end', async () => {
    const { id: companyId } = await createCompany(portal, requested('watched.localhost'));
    const { value } = await jane.watch(companyId).next();
    assert.equal(value?.status, 'DRAFT');
    await portal.execute(ProvisionCompanyDocument, { companyId });
    assert.deepEqual(await watchToEnd(jane, companyId), await watchToEnd(portal, companyId));
    assert.equal((await readCompany(jane, companyId)).status, 'ACTIVE');
  });

  const email = 'jane@customers.example';
  for (const [title, roles, claims] of [
    ['without email_verified', ['customer'], {}],
    ['whose address is not verified', ['customer'], { email_verified: false }],
    ['whose email_verified is a text', ['customer'], { email_verified: 'true' }],
    ['of a partner', ['partner'], { email_verified: true }],
  ] as const) {
    test(`a token ${title} shows no company by its address`, async () => {
      const token = await signToken(service.jwtSecret, { subject: 'eve', email, roles }, '1h', {}, claims);
      assert.deepEqual(await list(openClient(url, token)), []);
      const body = JSON.stringify({ query: `{ company(id: "${id}") { id } }` });
      const { text } = await ask(url, { headers: { authorization: `Bearer ${token}` }, body });
      assert.equal(text, '{"data":{"company":null}}');
    });
  }
});
