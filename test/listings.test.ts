import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Client } from '../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CompaniesDocument,
  type CompaniesQueryVariables,
  CountCompaniesDocument,
  ProvisionCompanyDocument,
  TypedDocumentString,
} from '../src/client/operations.ts';
import { exampleWith } from './support/readme.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

// Without a worker: what is queued stays so.
const { clientOf, tokenOf, url } = await openTestService({ after }, { parts: { api: true, worker: false } });

interface HistoryVariables {
  readonly id: string;
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
}
interface Page {
  readonly edges: readonly { cursor: string; node: { version: number; message: string } }[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean };
}
const History = new TypedDocumentString<{ company: { history: Page } | null }, HistoryVariables>(`
  query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    company(id: $id) {
      history(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { version message } }
        pageInfo { hasNextPage hasPreviousPage }
      }
    }
  }`);

/** What relay-compiler 21.0.1 makes of a fragment on Company with `@refetchable` and `@connection`. */
const RefetchedHistory = new TypedDocumentString<{ node: unknown }, { id: string; cursor: string; count: number }>(`
  query HistoryPageQuery($count: Int = 20, $cursor: String, $id: ID!) {
    node(id: $id) { __typename ...History_company_1G22uz id }
  }
  fragment History_company_1G22uz on Company {
    history(first: $count, after: $cursor) {
      edges { node { version __typename } cursor }
      pageInfo { endCursor hasNextPage }
    }
    id
  }`);

const list = async (client: Client, variables: CompaniesQueryVariables = {}) => {
  const { edges, pageInfo } = (await client.execute(CompaniesDocument, variables)).companies;
  return { edges, pageInfo, names: edges.map(({ node }) => node.siteName.replace('.localhost', '')) };
};

/** The error's code; an answer without an error has none. */
async function codeOf(subject: string, document: TypedDocumentString<unknown, never>, variables: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await tokenOf(subject, 'customer')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { errors }: { errors?: { extensions?: { code?: string } }[] } = await response.json();
  return errors?.[0] && (errors[0].extensions?.code ?? 'NONE');
}

const badCursors = ['x', '', ' ', '-1', '1.5', '1e3', '0x1', '１', 'null', '1;drop table company', '9'.repeat(20)];

describe('lists of companies', async () => {
  const anna = await clientOf('anna', 'customer');
  const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
  for (const name of names) await createCompany(anna, requestFor(`${name}.localhost`, { draft: true }));
  const newestFirst = names.toReversed();

  test('companies are listed newest first', async () => {
    assert.deepEqual((await list(anna)).names, newestFirst);
  });

  test('companies are listed page by page forwards, whatever is added meanwhile', async () => {
    const bert = await clientOf('bert', 'customer');
    for (const name of names) await createCompany(bert, requestFor(`${name}.bert.localhost`, { draft: true }));
    const first = await list(bert, { first: 3 });
    assert.deepEqual(first.names, ['seven.bert', 'six.bert', 'five.bert']);
    assert.equal(first.pageInfo.hasNextPage, true);
    await createCompany(bert, requestFor('eight.bert.localhost', { draft: true }));
    const second = await list(bert, { first: 3, after: first.pageInfo.endCursor ?? '' });
    assert.deepEqual(second.names, ['four.bert', 'three.bert', 'two.bert']);
    const third = await list(bert, { first: 3, after: second.pageInfo.endCursor ?? '' });
    assert.deepEqual([third.names, third.pageInfo.hasNextPage], [['one.bert'], false]);
    const fourth = await list(bert, { first: 3, after: third.pageInfo.endCursor ?? '' });
    assert.deepEqual([fourth.names, fourth.pageInfo.endCursor], [[], third.pageInfo.endCursor]);
  });

  test('companies are listed page by page backwards', async () => {
    const last = await list(anna, { last: 3 });
    assert.deepEqual([last.names, last.pageInfo.hasPreviousPage], [['three', 'two', 'one'], true]);
    const before = await list(anna, { last: 3, before: last.pageInfo.startCursor ?? '' });
    assert.deepEqual([before.names, before.pageInfo.hasPreviousPage], [['six', 'five', 'four'], true]);
    const start = await list(anna, { last: 3, before: before.pageInfo.startCursor ?? '' });
    assert.deepEqual([start.names, start.pageInfo.hasPreviousPage], [['seven'], false]);
  });

  test('companies are listed between two cursors', async () => {
    const { edges } = await list(anna);
    const [from, to] = [edges[1]?.cursor ?? '', edges[5]?.cursor ?? ''];
    assert.deepEqual((await list(anna, { after: from, before: to })).names, ['five', 'four', 'three']);
    assert.deepEqual((await list(anna, { first: 1, after: from, before: to })).names, ['five']);
    assert.deepEqual((await list(anna, { last: 1, after: from, before: to })).names, ['three']);
  });

  test('a page has 20 companies by default, at most 100, and none when 0 are requested', async () => {
    const bulk = await clientOf('bulk', 'customer');
    const domains = Array.from({ length: 101 }, (_, index) => `bulk-${index}.localhost`);
    await Promise.all(domains.map((domain) => createCompany(bulk, requestFor(domain, { draft: true }))));
    assert.equal((await list(bulk)).edges.length, 20);
    for (const window of [{ first: 100 }, { first: 1_000 }, { last: 1_000 }, { first: 2 ** 31 - 1 }]) {
      const { edges, pageInfo } = await list(bulk, window);
      assert.equal(edges.length, 100);
      assert.equal('last' in window ? pageInfo.hasPreviousPage : pageInfo.hasNextPage, true);
    }
    assert.deepEqual((await list(bulk, { first: 0 })).edges, []);
  });

  for (const window of [{ first: -1 }, { last: -1 }, ...badCursors.map((after) => ({ after }))]) {
    test(`companies are not listed by ${JSON.stringify(window)}`, async () => {
      assert.equal(await codeOf('anna', CompaniesDocument, window), 'BAD_USER_INPUT');
    });
  }
  test('companies are not listed before an invalid cursor', async () => {
    assert.equal(await codeOf('anna', CompaniesDocument, { last: 1, before: 'x' }), 'BAD_USER_INPUT');
  });
});

describe('filters', async () => {
  const carl = await clientOf('carl', 'customer');
  const company = (domain: string, changes: Parameters<typeof requestFor>[1]) =>
    createCompany(carl, requestFor(`${domain}.localhost`, { draft: true, ...changes }));
  const { id } = await company('plain', { companyName: 'Plain', companyAbbr: 'PLN', adminEmail: 'root@plain.example' });
  await company('percent', { companyName: '100% Bio' });
  await company('underscore', { companyName: 'snake_case' });
  await company('backslash', { companyName: 'back\\slash' });
  await company('umlaut', { companyName: 'Äpfel & Öl' });
  await company('queued', { companyName: 'Waiting', draft: false });
  const drafts = ['umlaut', 'backslash', 'underscore', 'percent', 'plain'];

  const cases: readonly [title: string, filter: CompaniesQueryVariables['filter'], expected: readonly string[]][] = [
    ['null', null, ['queued', ...drafts]],
    ['without anything', {}, ['queued', ...drafts]],
    ['one status', { status: ['QUEUED'] }, ['queued']],
    ['two statuses', { status: ['QUEUED', 'DRAFT'] }, ['queued', ...drafts]],
    ['a status that nothing has', { status: ['FAILED'] }, []],
    ['no status at all', { status: [] }, []],
    ['the name, in another case', { text: 'wAITING' }, ['queued']],
    ['the abbreviation', { text: 'pln' }, ['plain']],
    ['the id', { text: id.toLowerCase() }, ['plain']],
    ['the site name', { text: 'nderscore.local' }, ['underscore']],
    ['the mail address of the administrator', { text: 'root@plain' }, ['plain']],
    ['letters beyond ASCII, in another case', { text: 'äPFEL & ö' }, ['umlaut']],
    ['a percent sign, which is one', { text: '%' }, ['percent']],
    ['an underscore, which is one', { text: '_' }, ['underscore']],
    ['a backslash, which is one', { text: '\\' }, ['backslash']],
    ['a quote', { text: "' or '1'='1" }, []],
    ['spaces around', { text: '  bio ' }, ['percent']],
    ['only spaces', { text: '   ' }, ['queued', ...drafts]],
    ['NUL, which no text has', { text: 'Pl\u0000ain' }, []],
    ['text and status', { text: 'localhost', status: ['QUEUED'] }, ['queued']],
  ];
  for (const [title, filter, expected] of cases) {
    test(title, async () => assert.deepEqual((await list(carl, { filter })).names, expected));
  }

  test('a filter works with pages', async () => {
    const { names, pageInfo } = await list(carl, { first: 2, filter: { status: ['DRAFT'] } });
    assert.deepEqual([names, pageInfo.hasNextPage], [drafts.slice(0, 2), true]);
  });
  test('a filter text of 141 characters is refused', async () => {
    assert.equal(await codeOf('carl', CompaniesDocument, { filter: { text: 'x'.repeat(140) } }), undefined);
    assert.equal(await codeOf('carl', CompaniesDocument, { filter: { text: 'x'.repeat(141) } }), 'BAD_USER_INPUT');
  });
  test('a filter finds nothing of others', async () => {
    assert.deepEqual((await list(await clientOf('dora', 'customer'), { filter: { text: 'Plain' } })).names, []);
  });
});

describe('what partners find companies by', async () => {
  const portal = await clientOf('portal', 'partner');
  const shop = await clientOf('shop', 'partner');
  const olga = await clientOf('olga', 'operator');
  const customerEmail = 'jane@customers.example';
  const metadata = [
    { key: 'seats', value: '3' },
    { key: 'plan', value: 'gold' },
  ];
  const draft = (name: string, changes: Parameters<typeof requestFor>[1] = {}) =>
    requestFor(`${name}.localhost`, { draft: true, customerEmail, ...changes });
  const input = draft('ref-one', { externalReference: 'Order 1', metadata, idempotencyKey: 'one' });
  const { id } = await createCompany(portal, input);
  await createCompany(
    portal,
    draft('ref-two', { externalReference: 'Order 1', customerEmail: 'joe@customers.example' }),
  );
  await createCompany(portal, draft('ref-three', { draft: false, externalReference: 'order 1' }));
  await createCompany(shop, draft('ref-shop', { externalReference: 'Order 1', idempotencyKey: 'one' }));

  const cases: readonly [title: string, CompaniesQueryVariables['filter'], readonly string[]][] = [
    ['a reference, exactly as it is written', { externalReference: 'Order 1' }, ['ref-two', 'ref-one']],
    ['a reference that nothing has', { externalReference: 'Order 2' }, []],
    ['a customer', { customerEmail }, ['ref-three', 'ref-one']],
    [
      'a customer, with the domain in another case',
      { customerEmail: 'jane@Customers.EXAMPLE' },
      ['ref-three', 'ref-one'],
    ],
    ['a customer and a status', { customerEmail, status: ['QUEUED'] }, ['ref-three']],
    ['a customer and a reference', { customerEmail, externalReference: 'Order 1' }, ['ref-one']],
    ['a customer and a text', { customerEmail, text: 'ref-t' }, ['ref-three']],
    ['an idempotency key', { idempotencyKey: 'one' }, ['ref-one']],
    ['an idempotency key of another status', { idempotencyKey: 'one', status: ['ACTIVE'] }, []],
    ['a time from which on', { createdAfter: '2026-01-01T00:00:00Z' }, ['ref-three', 'ref-two', 'ref-one']],
    ['a time until which', { createdBefore: '2026-01-01T00:00:00+14:00' }, []],
    ['no criterion', {}, ['ref-three', 'ref-two', 'ref-one']],
  ];
  for (const [title, filter, expected] of cases) {
    test(`a partner finds and counts companies by ${title}`, async () => {
      assert.deepEqual((await list(portal, { filter })).names, expected);
      const { companies } = await portal.execute(CountCompaniesDocument, { filter });
      assert.deepEqual(companies, { totalCount: expected.length, totalCountIsExact: true });
    });
  }

  test('the README’s search finds a company by reference, customer, status and time', async () => {
    const order = draft('ref-readme', {
      externalReference: 'order 4711',
      customerEmail: 'jane@acme.example',
      draft: false,
    });
    const { id: ordered } = await createCompany(portal, order);
    const Example = new TypedDocumentString<
      { companies: { totalCount: number; edges: readonly { node: { id: string } }[] } },
      Record<string, never>
    >(exampleWith('externalReference: "order 4711"', 'graphql'));
    const { companies } = await portal.execute(Example, {});
    assert.deepEqual([companies.totalCount, companies.edges.map(({ node }) => node.id)], [1, [ordered]]);
  });

  test('times tell companies apart to the millisecond', async () => {
    const Created = new TypedDocumentString<{ company: { createdAt: string } }, { id: string }>(
      'query ($id: ID!) { company(id: $id) { createdAt } }',
    );
    const { createdAt } = (await portal.execute(Created, { id })).company;
    const namesBy = async (filter: CompaniesQueryVariables['filter']) => (await list(portal, { filter })).names;
    assert.deepEqual((await namesBy({ createdAfter: createdAt })).at(-1), 'ref-one');
    assert.ok(!(await namesBy({ createdBefore: createdAt })).includes('ref-one'));
  });

  test('an operator finds what every partner calls by a reference, and nobody’s idempotency keys', async () => {
    const byReference = await list(olga, { filter: { externalReference: 'Order 1' } });
    assert.deepEqual(byReference.names, ['ref-shop', 'ref-two', 'ref-one']);
    assert.deepEqual((await list(olga, { filter: { idempotencyKey: 'one' } })).names, []);
  });

  test('a company has its reference, and its metadata in the order of the keys', async () => {
    const { edges } = await list(portal, { filter: { idempotencyKey: 'one' } });
    const node = edges[0]?.node;
    assert.deepEqual([node?.externalReference, node?.metadata], ['Order 1', metadata.toReversed()]);
  });

  test('reference and metadata belong to a repeated request, in any order', async () => {
    const again = { ...input, metadata: metadata.toReversed() };
    assert.equal((await createCompany(portal, again)).id, id);
    for (const other of [{ externalReference: 'Order 2' }, { externalReference: null }, { metadata: [] }])
      await assert.rejects(createCompany(portal, { ...input, ...other }), /IdempotencyKeyReused/);
  });

  for (const filter of [
    { externalReference: 'x'.repeat(401) },
    { externalReference: 'a\u0000b' },
    { idempotencyKey: 'x'.repeat(401) },
    { customerEmail: 'Jane <jane@customers.example>' },
    { createdAfter: '2026-02-30T00:00:00Z' },
    { createdAfter: '2026-01-01' },
    { createdBefore: 'now' },
    { createdBefore: 0 },
  ]) {
    test(`companies are not filtered by ${JSON.stringify(filter).slice(0, 60)}`, async () => {
      assert.equal(await codeOf('portal', CompaniesDocument, { filter }), 'BAD_USER_INPUT');
    });
  }
});

describe('histories', async () => {
  const emma = await clientOf('emma', 'customer');
  const { id: companyId } = await createCompany(emma, requestFor('emma.localhost', { draft: true }));
  await emma.execute(ProvisionCompanyDocument, { companyId });
  await emma.execute(CancelProvisioningDocument, { companyId });
  await emma.execute(ProvisionCompanyDocument, { companyId });
  await emma.execute(CancelProvisioningDocument, { companyId });
  const read = async (window: Omit<HistoryVariables, 'id'> = {}) => {
    const { company } = await emma.execute(History, { id: companyId, ...window });
    if (!company) return assert.fail();
    const { edges, pageInfo } = company.history;
    return { ...pageInfo, cursors: edges.map(({ cursor }) => cursor), versions: edges.map(({ node }) => node.version) };
  };

  test('a history has every event, oldest first', async () => {
    assert.deepEqual((await read()).versions, [1, 2, 3, 4, 5]);
  });
  test('a history is read page by page from either end', async () => {
    const first = await read({ first: 2 });
    assert.deepEqual([first.versions, first.hasNextPage], [[1, 2], true]);
    const next = await read({ first: 3, after: first.cursors[1] ?? '' });
    assert.deepEqual([next.versions, next.hasNextPage], [[3, 4, 5], false]);
    const last = await read({ last: 2 });
    assert.deepEqual([last.versions, last.hasPreviousPage], [[4, 5], true]);
    assert.deepEqual((await read({ last: 2, before: last.cursors[0] ?? '' })).versions, [2, 3]);
    assert.deepEqual((await read({ first: 0 })).versions, []);
  });
  test('a history is read page by page by Relay’s node, as its compiler writes the query', async () => {
    const page = await emma.execute(RefetchedHistory, { id: companyId, cursor: '2', count: 2 });
    assert.deepEqual(page.node, {
      __typename: 'Company',
      history: {
        edges: [
          { node: { version: 3, __typename: 'CompanyStatusChange' }, cursor: '3' },
          { node: { version: 4, __typename: 'CompanyStatusChange' }, cursor: '4' },
        ],
        pageInfo: { endCursor: '4', hasNextPage: true },
      },
      id: companyId,
    });
    for (const id of ['COMP-1999-00001', '1', '']) {
      assert.equal((await emma.execute(RefetchedHistory, { id, cursor: '2', count: 2 })).node, null);
    }
  });
  test('a history has nothing after a cursor beyond its end', async () => {
    assert.deepEqual((await read({ after: '2147483647' })).versions, []);
  });
  for (const after of [...badCursors, '2147483648', '9'.repeat(15)]) {
    test(`a history is not read by the cursor ${JSON.stringify(after)}`, async () => {
      assert.equal(await codeOf('emma', History, { id: companyId, after }), 'BAD_USER_INPUT');
      assert.equal(await codeOf('emma', History, { id: companyId, last: 1, before: after }), 'BAD_USER_INPUT');
    });
  }
  test('a history is not read by a negative number', async () => {
    assert.equal(await codeOf('emma', History, { id: companyId, first: -1 }), 'BAD_USER_INPUT');
  });
});
