import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Client } from '../src/client/client.ts';
import { CheckCompanyDocument, CompaniesDocument, type CreateCompanyInput } from '../src/client/operations.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const { clientOf, tokenOf, url } = await openTestService({ after }, { env: { CUSTOMER_COMPANIES_PER_DAY: '2' } });

const check = async (client: Client, domain: string, changes: Partial<CreateCompanyInput> = {}) =>
  (await client.execute(CheckCompanyDocument, { input: requestFor(domain, changes) })).checkCompany;

test('a good input has no problem, and nothing is created', async () => {
  const jane = await clientOf('jane', 'customer');
  const { problems, siteUrl, estimatedSeconds } = await check(jane, 'Acme.localhost');
  assert.deepEqual([problems, estimatedSeconds], [[], null]);
  assert.match(siteUrl ?? '', /^http:\/\/acme\.localhost:\d+\/$/);
  assert.deepEqual((await jane.execute(CompaniesDocument, {})).companies.edges, []);
});

test('an input has the faults that createCompany finds', async () => {
  const jane = await clientOf('jane', 'customer');
  const { problems } = await check(jane, '', { companyName: '', adminPassword: '', apps: ['unknown'] });
  const [invalid] = problems;
  assert.ok(problems.length === 1 && invalid?.__typename === 'ValidationError');
  assert.deepEqual(
    invalid.faults.map(({ field, code }) => `${field} ${code}`),
    ['companyName REQUIRED', 'adminPassword REQUIRED', 'domain REQUIRED', 'apps UNKNOWN_VALUE'],
  );
});

test('a domain of another company, and of one’s own, is reported besides faults', async () => {
  const [ann, bob] = [await clientOf('ann', 'customer'), await clientOf('bob', 'customer')];
  const { id } = await createCompany(ann, requestFor('ann.localhost'));
  const holderSeenBy = async (client: Client) => {
    const { problems } = await check(client, 'ANN.localhost', { companyName: '' });
    assert.equal(problems.length, 2);
    const taken = problems.find(({ __typename }) => __typename === 'SiteNameTaken');
    assert.ok(taken?.__typename === 'SiteNameTaken');
    return taken.holder;
  };
  assert.deepEqual([await holderSeenBy(ann), await holderSeenBy(bob)], [{ id }, null]);
});

test('a quota that is used up is a problem', async () => {
  const carl = await clientOf('carl', 'customer');
  for (const name of ['carl-1', 'carl-2']) await createCompany(carl, requestFor(`${name}.localhost`));
  const [exceeded] = (await check(carl, 'carl-3.localhost')).problems;
  assert.ok(exceeded?.__typename === 'QuotaExceeded');
  assert.deepEqual([exceeded.quota, exceeded.limit, exceeded.used], ['COMPANIES_PER_DAY', 2, 2]);
});

test('the duration is estimated from sites with the same apps', async () => {
  const dora = await clientOf('dora', 'customer');
  const { id } = await createCompany(dora, requestFor('dora.localhost', { apps: [] }));
  await watchToEnd(dora, id);
  const { estimatedSeconds } = await check(dora, 'dora-2.localhost', { apps: [] });
  assert.ok(estimatedSeconds !== null && estimatedSeconds > 0, `${estimatedSeconds} s`);
});

test('a check is refused in an address, which is logged', async () => {
  const query = 'query ($input: CreateCompanyInput!) { checkCompany(input: $input) { siteUrl } }';
  const variables = JSON.stringify({ input: requestFor('erik.localhost') });
  const response = await fetch(`${url}?${new URLSearchParams({ query, variables })}`, {
    headers: { accept: 'application/json', authorization: `Bearer ${await tokenOf('erik', 'customer')}` },
  });
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  assert.equal(errors[0]?.extensions.code, 'BAD_REQUEST');
});
