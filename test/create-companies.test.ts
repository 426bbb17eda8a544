import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import {
  CompaniesDocument,
  CreateCompaniesDocument,
  type CreateCompaniesMutation,
  CreateCompanyDocument,
  type CreateCompanyInput,
} from '../src/client/operations.ts';
import { ask } from './support/ask.ts';
import { until } from './support/processes.ts';
import { exampleWith } from './support/readme.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const { clientOf, tokenOf, url } = await openTestService(
  { after },
  {
    parts: { api: true, worker: false },
    env: { PARTNER_COMPANIES_PER_DAY: '400', PARTNER_COMPANIES_WAITING: '3', PARTNER_REQUESTS_PER_MINUTE: '150' },
  },
);

const draft = (name: string, changes: Partial<CreateCompanyInput> = {}): CreateCompanyInput =>
  requestFor(`${name}.localhost`, { draft: true, customerEmail: 'jane@acme.example', ...changes });
/** Drafts of these names, each with a key of its own. */
const drafts = (name: string, lines: number): CreateCompanyInput[] =>
  Array.from({ length: lines }, (_, line) => draft(`${name}-${line}`, { idempotencyKey: `${name}-${line}` }));

type Portal = Awaited<ReturnType<typeof clientOf>>;
const createAll = async (portal: Portal, inputs: CreateCompanyInput[]) =>
  (await portal.execute(CreateCompaniesDocument, { inputs })).createCompanies;
const idOf = (answer: CreateCompaniesMutation['createCompanies'][number]): string =>
  answer?.__typename === 'CreateCompanySuccess' ? answer.company.id : assert.fail(JSON.stringify(answer));
/** Up to a hundred. */
const countOf = async (portal: Portal): Promise<number> =>
  (await portal.execute(CompaniesDocument, { first: 100 })).companies.edges.length;

/** The newest hundred, as operators see them without spending a partner's requests. */
async function sitesWith(text: string): Promise<string[]> {
  const operator = await clientOf('olga', 'operator');
  const { edges } = (await operator.execute(CompaniesDocument, { first: 100, filter: { text } })).companies;
  return edges.map(({ node }) => node.siteName);
}

/** As a portal sends it, to see headers and errors as well. */
async function post(token: string, inputs: readonly CreateCompanyInput[]) {
  const query = `mutation ($inputs: [CreateCompanyInput!]!) {
    createCompanies(inputs: $inputs) { __typename ... on CreateCompanySuccess { company { id } } }
  }`;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(url, { headers, body: JSON.stringify({ query, variables: { inputs } }) });
  return { ...answer, ...JSON.parse(answer.text) };
}

describe('many companies in one request', () => {
  test('each line gets what a request of its own would, in the order of the lines', async () => {
    const portal = await clientOf('mixed', 'partner');
    const other = await clientOf('other', 'partner');
    await createCompany(other, draft('taken'));
    const first = draft('first', { idempotencyKey: 'one' });
    const queued = { draft: false };
    const answers = await createAll(portal, [
      first,
      draft('faulty', { companyAbbr: '', country: 'Atlantis' }),
      draft('taken'),
      first,
      draft('second', { idempotencyKey: 'one' }),
      draft('first'),
      ...['q1', 'q2', 'q3', 'q4'].map((name) => draft(name, queued)),
      draft('last'),
    ]);
    const [created, invalid, taken, repeated, reused, own, , , , exceeded] = answers;
    assert.deepEqual(
      answers.map((answer) => answer?.__typename.replace('CreateCompanySuccess', 'created')),
      [
        ...['created', 'ValidationError', 'SiteNameTaken', 'created', 'IdempotencyKeyReused', 'SiteNameTaken'],
        ...['created', 'created', 'created', 'QuotaExceeded', 'created'],
      ],
    );
    assert.ok(invalid?.__typename === 'ValidationError');
    assert.deepEqual(
      invalid.faults.map(({ field }) => field),
      ['companyAbbr', 'country'],
    );
    assert.equal(idOf(repeated ?? null), idOf(created ?? null));
    assert.ok(taken?.__typename === 'SiteNameTaken' && own?.__typename === 'SiteNameTaken');
    assert.deepEqual([taken.holder, own.holder?.id], [null, idOf(created ?? null)]);
    assert.ok(exceeded?.__typename === 'QuotaExceeded');
    assert.deepEqual([exceeded.quota, exceeded.limit, exceeded.used], ['COMPANIES_WAITING', 3, 3]);
    assert.equal(reused?.__typename, 'IdempotencyKeyReused');
    assert.equal(await countOf(portal), 5);
  });

  test('a hundred lines with long notes fit into one request', async () => {
    const notes = Array.from({ length: 4 }, (_, key) => ({ key: `note ${key}`, value: 'x'.repeat(400) }));
    const lines = drafts('noted', 100).map((line) => ({ ...line, metadata: notes }));
    const { status, data } = await post(await tokenOf('noted', 'partner'), lines);
    assert.equal(status, 200);
    assert.equal(new Set(data.createCompanies.map(({ company }: { company: { id: string } }) => company.id)).size, 100);
  });

  test('the example of the README answers each line with its company or its problem', async () => {
    const query = exampleWith('createCompanies(inputs', 'graphql');
    const inputs = [draft('example', { externalReference: 'order 4711' }), draft('example'), draft('')];
    const headers = { authorization: `Bearer ${await tokenOf('reader', 'partner')}` };
    const { text } = await ask(url, { headers, body: JSON.stringify({ query, variables: { inputs } }) });
    const [created, taken, invalid] = JSON.parse(text).data.createCompanies;
    assert.deepEqual([created.company.status, created.company.externalReference], ['DRAFT', 'order 4711']);
    assert.deepEqual([taken.field, invalid.faults[0].field], ['domain', 'domain']);
  });

  test('a request of no line, or of more than a hundred, is refused and creates nothing', async () => {
    const token = await tokenOf('bounds', 'partner');
    for (const lines of [0, 101]) {
      const { data, errors } = await post(token, drafts('bounds', lines));
      assert.equal(data, null);
      assert.deepEqual(errors[0].extensions, { code: 'BAD_USER_INPUT', field: 'inputs' });
    }
    assert.equal(await countOf(await clientOf('bounds', 'partner')), 0);
  });

  test('what is selected weighs as much as there are lines', async () => {
    const query = `mutation ($inputs: [CreateCompanyInput!]!) {
      createCompanies(inputs: $inputs) { ... on CreateCompanySuccess { company { history(first: 100) { edges { node { version message } } } } } }
    }`;
    const headers = { authorization: `Bearer ${await tokenOf('heavy', 'partner')}` };
    const send = async (lines: number) =>
      ask(url, { headers, body: JSON.stringify({ query, variables: { inputs: drafts('heavy', lines) } }) });
    assert.match((await send(100)).text, /complexity of \d+ exceeds/);
    assert.match((await send(5)).text, /"version":1/);
    assert.match((await send(100)).text, /complexity of \d+ exceeds/);
    assert.equal(await countOf(await clientOf('heavy', 'partner')), 5);
  });
});

describe('many companies in one request beside others', () => {
  test('each line counts as a request, and nothing is created when too few are left', async () => {
    const minute = (): number => Math.floor(Date.now() / 60_000);
    for (let attempt = 1; ; attempt += 1) {
      const began = minute();
      const name = `counted-${attempt}`;
      const token = await tokenOf(name, 'partner');
      // What is invalid costs as much as what is not.
      const spent = await post(token, new Array(100).fill(draft(name, { country: 'Atlantis' })));
      const refused = await post(token, drafts(name, 60));
      const created = await countOf(await clientOf(name, 'partner'));
      const rest = await post(token, drafts(name, 48));
      if (minute() !== began) continue;

      assert.match(String(spent.headers['ratelimit']), /;r=50;/);
      assert.deepEqual([refused.status, refused.data], [429, null]);
      assert.match(refused.errors[0].message, /counts as more than are left/);
      assert.match(String(refused.headers['ratelimit']), /;r=49;/);
      assert.ok(Number(refused.headers['retry-after']) <= 60);
      assert.equal(created, 0);
      assert.deepEqual([rest.status, rest.errors], [200, undefined]);
      assert.match(String(rest.headers['ratelimit']), /;r=0;/);
      return;
    }
  });

  test('another request of the same partner does not wait until all lines of theirs are done', async () => {
    const [portal, token] = [await clientOf('busy', 'partner'), await tokenOf('busy', 'partner')];
    const authorization = `Bearer ${await tokenOf('olga', 'operator')}`;
    const query =
      'mutation { setQuotas(owner: { subject: "busy" }, input: { requestsPerMinute: 1000 }) { __typename } }';
    assert.match(
      (await ask(url, { headers: { authorization }, body: JSON.stringify({ query }) })).text,
      /SetQuotasSuccess/,
    );
    const done: string[] = [];
    const batches = Array.from({ length: 8 }, async (_, batch) => {
      assert.equal((await post(token, drafts(`busy-${batch}`, 45))).status, 200);
      done.push('a batch');
    });
    // Each of them has a place then, and a partner has no more.
    await until('all batches have begun', async () => {
      const begun = (await sitesWith('busy-')).map((site) => site.split('-')[1]);
      return new Set(begun).size === batches.length;
    });
    await portal.execute(CreateCompanyDocument, { input: draft('quick') });
    done.push('the single request');
    await Promise.all(batches);
    assert.equal(done[0], 'the single request');
  });

  test('a request that breaks off half-way says which lines were not tried, and can be sent again', async () => {
    const [token, operator] = [await tokenOf('broken', 'partner'), await tokenOf('olga', 'operator')];
    const lines = drafts('broken', 60);
    const answered = post(token, lines);
    await until('some are created', async () => (await sitesWith('broken-')).length > 0);
    const query = `mutation { revokeToken(tokenId: "${decodeJwt(token).jti}") { __typename } }`;
    await ask(url, { headers: { authorization: `Bearer ${operator}` }, body: JSON.stringify({ query }) });

    const { status, data, errors } = await answered;
    const created: (string | undefined)[] = data.createCompanies.map((line: Line | null) => line?.company.id);
    const firstNull = created.indexOf(undefined);
    assert.ok(status === 200 && firstNull > 0, `line ${firstNull} is the first that was not created`);
    assert.deepEqual(
      errors.map(({ path, extensions: { code } }: Failure) => [...path, code]),
      created
        .map((_, line) => ['createCompanies', line, line === firstNull ? 'UNAUTHENTICATED' : 'SERVICE_UNAVAILABLE'])
        .slice(firstNull),
    );
    const portal = await clientOf('broken', 'partner');
    const again = (await createAll(portal, lines)).map(idOf);
    assert.deepEqual(again.slice(0, firstNull), created.slice(0, firstNull));
    assert.equal(await countOf(portal), lines.length);
  });
});

interface Line {
  readonly company: { readonly id: string };
}
interface Failure {
  readonly path: readonly unknown[];
  readonly extensions: { readonly code: string };
}
