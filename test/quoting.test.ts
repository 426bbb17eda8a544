import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask } from './support/ask.ts';
import { openTestService, requestFor } from './support/test-service.ts';

const { url, tokenOf } = await openTestService({ after }, { parts: { api: true, worker: false } });
const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;

/** A name, a string and a key alike: it may stand in every position of a request. */
const canary = 'Zq7x9WKu2';

interface Sent {
  readonly query: string;
  readonly variables?: object;
  readonly operationName?: string;
}
type Send = (sent: Sent) => Promise<string>;

async function sendBySocket({ query, variables = {}, operationName }: Sent): Promise<string> {
  const connectionParams = { authorization };
  const client = createClient({ url: url.replace('http:', 'ws:'), webSocketImpl: WebSocket, connectionParams });
  try {
    const payload = { query, variables: { ...variables }, ...(operationName ? { operationName } : {}) };
    return JSON.stringify(await Array.fromAsync(client.iterate(payload)));
  } catch (error) {
    return error instanceof Error ? error.message : JSON.stringify(error);
  } finally {
    await client.dispose();
  }
}

const post =
  (accept: string): Send =>
  async (sent) =>
    (await ask(url, { headers: { authorization, accept }, body: JSON.stringify(sent) })).text;

const transports: Readonly<Record<string, Send>> = {
  'POST as application/json': post('application/json'),
  'POST as application/graphql-response+json': post('application/graphql-response+json'),
  'POST as text/event-stream': post('text/event-stream'),
  async GET({ query, variables = {}, operationName = '' }) {
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables), operationName });
    return (await ask(`${url}?${parameters}`, { method: 'GET', headers: { authorization } })).text;
  },
  WebSocket: sendBySocket,
};

const create = 'mutation ($input: CreateCompanyInput!) { createCompany(input: $input) { __typename } }';
const good = requestFor('quoted.localhost', { draft: true, adminPassword: canary });
/** Names after which the canary may be taken for a slip of the keyboard, so that something is suggested. */
const wrongValues = [canary, 7, true, [canary], [[canary]], { [canary]: canary }, null];
const literal = (value: unknown): string => JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1:');

const cases: Readonly<Record<string, Sent>> = {
  ...Object.fromEntries(
    Object.keys(good).flatMap((field) =>
      wrongValues.map((value, index) => [
        `variable: ${field} is wrong value ${index}`,
        { query: create, variables: { input: { ...good, [field]: value } } },
      ]),
    ),
  ),
  ...Object.fromEntries(
    Object.keys(good).map((field) => [
      `literal: ${field} is an object`,
      {
        query: `mutation { createCompany(input: ${literal({ ...good, [field]: { [canary]: canary } })}) { __typename } }`,
      },
    ]),
  ),
  'variable: a misspelt field': { query: create, variables: { input: { ...good, domian: canary } } },
  'variable: an unknown field': { query: create, variables: { input: { ...good, [canary]: canary } } },
  'variable: a missing field': { query: create, variables: { input: { adminPassword: canary } } },
  'variable: no object': { query: create, variables: { input: canary } },
  'variable: a list of enums': {
    query: 'query ($filter: CompanyFilter) { companies(filter: $filter) { edges { cursor } } }',
    variables: { filter: { status: ['QUEUED', canary], text: canary } },
  },
  'variable: no number': {
    query: 'query ($first: Int) { companies(first: $first) { edges { cursor } } }',
    variables: { first: canary },
  },
  'variable: a cursor': {
    query: 'query ($after: String) { companies(after: $after) { edges { cursor } } }',
    variables: { after: canary },
  },
  'variable: an id': {
    query: 'subscription ($id: ID!) { companyStatusChanged(companyId: $id) { version } }',
    variables: { id: canary },
  },
  'literal: a misspelt field': {
    query: `mutation { createCompany(input: ${literal({ ...good, domian: canary })}) { __typename } }`,
  },
  'literal: a missing field': {
    query: `mutation { createCompany(input: { adminPassword: "${canary}" }) { __typename } }`,
  },
  'literal: an enum': { query: `{ companies(filter: { status: [${canary}] }) { edges { cursor } } }` },
  'literal: a string for a number': { query: `{ companies(first: "${canary}") { edges { cursor } } }` },
  'document: a field': { query: `{ ${canary} }` },
  'document: an argument': { query: `{ company(${canary}: "${canary}") { id } }` },
  'document: a subfield of a scalar': { query: `{ __typename { ${canary} } }` },
  'document: a fragment': { query: `{ ...${canary} }` },
  'document: an unused fragment': { query: `{ __typename } fragment ${canary} on Query { __typename }` },
  'document: a type': { query: `{ ... on ${canary} { id } }` },
  'document: a directive': { query: `{ __typename @${canary} }` },
  'document: a variable not defined': { query: `{ company(id: $${canary}) { id } }` },
  'document: a variable not used': { query: `query ($${canary}: String) { __typename }` },
  'document: a variable of no type': { query: `query ($${canary}: ${canary}) { __typename @include(if: $${canary}) }` },
  'document: an operation': { query: `query ${canary} { a } query ${canary} { b }` },
  'document: no syntax': { query: `{ company(id: "x") ${canary} "${canary}"` },
  'document: a string that does not end': { query: `{ company(id: "${canary}` },
  'document: a number': { query: '{ company(id: 00) { id } }' },
  'document: a default': {
    query: `query ($first: Int = "${canary}") { companies(first: $first) { edges { cursor } } }`,
  },
  'document: null in a default’s place': {
    query: `query ($id: ID = "${canary}") { company(id: $id) { id } }`,
    variables: { id: null },
  },
  'name of an operation': { query: 'query A { __typename } query B { __typename }', operationName: canary },
};

describe('no answer quotes what was sent', () => {
  for (const [transport, send] of Object.entries(transports)) {
    for (const [title, sent] of Object.entries(cases)) {
      test(`${title}, by ${transport}`, async () => {
        const answer = await send(sent);
        assert.doesNotMatch(answer, new RegExp(canary));
        assert.doesNotMatch(answer, /INTERNAL_SERVER_ERROR/);
      });
    }
  }

  const bodies: Record<string, string> = {
    'a parameter': JSON.stringify({ query: '{ __typename }', [canary]: canary }),
    'variables that are a list': JSON.stringify({ query: '{ __typename }', variables: [canary] }),
    'a name that is an object': JSON.stringify({ query: '{ __typename }', operationName: { [canary]: canary } }),
    'broken JSON': `{"query": "{ __typename }", "variables": ${canary}`,
  };
  for (const [title, body] of Object.entries(bodies)) {
    test(`${title} in the body`, async () => {
      const { status, text } = await ask(url, { headers: { authorization }, body });
      assert.equal(status, 400);
      assert.doesNotMatch(text, new RegExp(canary));
    });
  }
});

describe('faults are told by place and type', () => {
  const messagesOf = async (sent: Sent): Promise<string[]> => {
    const { errors }: { errors: { message: string }[] } = JSON.parse(await post('application/json')(sent));
    return errors.map(({ message }) => message);
  };
  const { domain, ...rest } = good;
  test('a misspelt field of a variable, with what was meant', async () => {
    assert.deepEqual(await messagesOf({ query: create, variables: { input: { ...rest, domian: domain } } }), [
      'A variable, at "domain", must be given, and not be null: its type is "String!".',
      'A variable has a field that "CreateCompanyInput" does not have. Did you mean "domain"?',
    ]);
  });
  test('a misspelt field of a literal', async () => {
    const query = `mutation { createCompany(input: ${literal({ ...rest, domian: domain })}) { __typename } }`;
    assert.deepEqual(await messagesOf({ query }), [
      'The value of "input" lacks required fields: domain.',
      'The value of "input" has a field that "CreateCompanyInput" does not have. Did you mean "domain"?',
    ]);
  });
  test('a misspelt field of a selection', async () => {
    assert.deepEqual(await messagesOf({ query: '{ compani(id: "x") { id } }' }), [
      'The type "Query" has no such field. Did you mean "company"?',
    ]);
  });
});

describe('an answer stays small', () => {
  const many = <Value>(count: number, make: (index: number) => Value): Value[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const keys = Object.fromEntries(many(9_500, (index) => [`k${index.toString(36)}`, 1]));
  const large: Readonly<Record<string, Sent>> = {
    '9,500 unknown keys': { query: create, variables: { input: keys } },
    '9,500 unknown keys beside the right ones': { query: create, variables: { input: { ...good, ...keys } } },
    '9,500 wrong entries of a list': { query: create, variables: { input: { ...good, apps: many(9_500, () => 7) } } },
    '300 unknown fields': { query: `{ ${many(300, (index) => `unknown${index}`).join(' ')} }` },
    'an unknown field of 90,000 letters': { query: `{ ${'a'.repeat(90_000)} }` },
    'an unknown key of 90,000 letters': { query: create, variables: { input: { ...good, ['a'.repeat(90_000)]: 1 } } },
    '400 variables that are missing': {
      query: `query (${many(190, (index) => `$v${index}: Int!`).join(' ')}) { __typename }`,
    },
  };
  test('lists that nest 45,000 deep', async () => {
    const nested = `${'['.repeat(45_000)}${']'.repeat(45_000)}`;
    const body = JSON.stringify({ query: create, variables: { input: { ...good, apps: 0 } } });
    const { text } = await ask(url, { headers: { authorization }, body: body.replace('"apps":0', `"apps":${nested}`) });
    assert.match(text, /A variable, at .{1,2}apps/);
  });

  for (const [transport, send] of Object.entries(transports)) {
    if (transport === 'GET') continue;
    for (const [title, sent] of Object.entries(large)) {
      test(`${title}, by ${transport}`, async () => {
        const answer = await send(sent);
        assert.match(answer, /must|does not|no such|apps|never used|does not fit/);
        assert.ok(answer.length < 2_000, `${answer.length} bytes: ${answer.slice(0, 300)}`);
      });
    }
  }
});
