import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { schema } from '../schema/index.ts';
import { ask } from './support/ask.ts';
import { createCompany, openTestService, requestFor, type TestService, watchToEnd } from './support/test-service.ts';

const fieldsOf = (typeName: string) => {
  const type = schema.getType(typeName);
  return isObjectType(type) ? Object.values(type.getFields()) : assert.fail(typeName);
};

/** A field with all leaves of the object that it returns, or of those that its connection lists. */
function selectionOf({ name, type }: ReturnType<typeof fieldsOf>[number]): string {
  const returned = getNamedType(type);
  if (isLeafType(returned)) return name;
  if (returned.name.endsWith('Connection'))
    return `${name} { edges { ${selectionIn(returned.name, 'edges', 'node')} } }`;
  const leaves = fieldsOf(returned.name).filter((field) => isLeafType(getNamedType(field.type)));
  return `${name} { ${leaves.map((leaf) => leaf.name).join(' ')} }`;
}

function selectionIn(typeName: string, ...[first, ...rest]: string[]): string {
  const field = fieldsOf(typeName).find(({ name }) => name === first) ?? assert.fail(typeName);
  return rest.length === 0 ? selectionOf(field) : selectionIn(getNamedType(field.type).name, ...rest);
}

const selections = fieldsOf('Company').map(selectionOf);

/** The ways to select a company, each to the company in its result. */
const ways = {
  'company(id)': (selection: string, id: string) => `{ company(id: "${id}") { ${selection} } }`,
  companies: (selection: string) => `{ companies(first: 1) { edges { node { ${selection} } } } }`,
  'an event': (selection: string) => `{ events(first: 1) { edges { node { company { ${selection} } } } } }`,
  'a fragment': (selection: string, id: string) =>
    `query { company(id: "${id}") { ...on Company { ...Fields } } } fragment Fields on Company { ${selection} }`,
  'two selections of one field': (selection: string, id: string) =>
    `{ company(id: "${id}") { id } company(id: "${id}") { ${selection} } }`,
};

async function assertFieldsAlone({ url, tokenOf }: TestService, id: string): Promise<void> {
  const headers = { authorization: `Bearer ${await tokenOf('jane', 'operator')}` };
  const read = async (query: string): Promise<string> => {
    const { text } = await ask(url, { headers, body: JSON.stringify({ query }) });
    assert.doesNotMatch(text, /"errors"/, query);
    return text;
  };
  for (const [way, queryOf] of Object.entries(ways)) {
    const whole = JSON.parse(await read(queryOf(selections.join(' '), id)));
    for (const [index, selection] of selections.entries()) {
      const alone = JSON.parse(await read(queryOf(selection, id)));
      const { name } = fieldsOf('Company')[index] ?? assert.fail();
      assert.deepEqual(fieldIn(alone, name), fieldIn(whole, name), `${name} of ${way}`);
    }
  }
}

/** The value of a field of the company in a result, wherever that is. */
function fieldIn(result: unknown, name: string): unknown {
  if (typeof result !== 'object' || result === null) return undefined;
  if (name in result && !('edges' in result)) return (result as Record<string, unknown>)[name];
  return Object.values(result)
    .map((part) => fieldIn(part, name))
    .find((value) => value !== undefined);
}

test('every field of a created company is the same alone as it is read afterwards', async () => {
  const { url, tokenOf } = await openTestService({ after }, { parts: { api: true, worker: false } });
  const headers = { authorization: `Bearer ${await tokenOf('jane', 'operator')}` };
  for (const [index, selection] of selections.entries()) {
    const create = `mutation ($input: CreateCompanyInput!) {
      createCompany(input: $input) { ... on CreateCompanySuccess { message company { id ${selection} } } }
    }`;
    const variables = { input: requestFor(`acme-${index}.localhost`, notes) };
    const created = await ask(url, { headers, body: JSON.stringify({ query: create, variables }) });
    const { message, company } = JSON.parse(created.text).data.createCompany;
    assert.match(message, /^COMP-\S+ is queued; its site is acme-\d+\.localhost\.$/);
    const query = ways['company(id)'](`id ${selection}`, company.id);
    const read = await ask(url, { headers, body: JSON.stringify({ query }) });
    assert.deepEqual(company, JSON.parse(read.text).data.company);
  }
});

const notes = {
  ...{ timeZone: 'Europe/Berlin', locale: 'de', externalReference: 'order 1', customerEmail: 'ada@acme.example' },
  metadata: [{ key: 'plan', value: 'gold' }],
};

test('every field of a failed company is the same alone as with all others', async () => {
  const service = await openTestService({ after });
  const client = await service.clientOf('jane', 'operator');
  const { id } = await createCompany(client, requestFor('fail-verify.acme.localhost', notes));
  await watchToEnd(client, id);
  await assertFieldsAlone(service, id);
});

test('every field of a waiting company is the same alone as with all others', async () => {
  const service = await openTestService({ after }, { parts: { api: true, worker: false } });
  const client = await service.clientOf('jane', 'operator');
  const { id } = await createCompany(client, requestFor('acme.localhost', notes));
  await assertFieldsAlone(service, id);
});
