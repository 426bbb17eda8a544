// API keys, as a partner portal uses them: created once, sent with each request, rotated and revoked.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { Role } from '../src/access/viewer.ts';
import { openClient } from '../src/client/client.ts';
import { AuditLogDocument, CompaniesDocument } from '../src/client/operations.ts';
import { scrub } from '../src/secrets/scrub.ts';
import { createApiKey } from './support/api-keys.ts';
import { ask, askBySocket } from './support/ask.ts';
import { exampleWith } from './support/readme.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const { url, tokenOf, clientOf } = await openTestService({ after }, { parts: { api: true, worker: false } });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const statusOf = async (token: string): Promise<number | undefined> =>
  (await ask(url, { headers: bearer(token) })).status;
async function send(token: string, query: string, variables: object = {}) {
  const { text } = await ask(url, { headers: bearer(token), body: JSON.stringify({ query, variables }) });
  return JSON.parse(text);
}
const create = async (subject: string, role: Role, input: object) =>
  createApiKey(url, await tokenOf(subject, role), input);
const revoke = async (token: string, id: string) =>
  (await send(token, 'mutation ($id: ID!) { revokeApiKey(id: $id) { __typename } }', { id })).data?.revokeApiKey
    .__typename;
const faultsOf = async (subject: string, role: Role, input: object) => {
  const query = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
    __typename ... on ValidationError { faults { field code } } } }`;
  const { data, errors } = await send(await tokenOf(subject, role), query, { input });
  if (errors) return errors[0].extensions.code;
  const { __typename, faults } = data.createApiKey;
  return faults?.map(({ field, code }: { field: string; code: string }) => `${field} ${code}`) ?? __typename;
};

describe('API keys', () => {
  test('the README’s examples create, list and revoke a key', async () => {
    const partner = await tokenOf('reader', 'partner');
    const { createApiKey: made } = (await send(partner, exampleWith('createApiKey', 'graphql'))).data;
    const { apiKeys } = (await send(partner, exampleWith('apiKeys(', 'graphql'))).data;
    assert.equal(apiKeys.edges[0].node.id, made.apiKey.id);
    assert.equal(await statusOf(made.key), 200);
    await send(partner, exampleWith('revokeApiKey', 'graphql').replace('cps_…', made.apiKey.id));
    assert.equal(await statusOf(made.key), 401);
  });

  test('a key acts for its owner, as the owner’s tokens do', async () => {
    const { key, apiKey } = await create('portal', 'partner', { name: 'shop', scopes: ['COMPANIES_WRITE'] });
    assert.match(key, /^cps_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    assert.ok(key.startsWith(`${apiKey.id}_`));
    const request = requestFor('by-key.localhost', {
      draft: true,
      idempotencyKey: 'order-1',
      customerEmail: 'jane@customers.example',
    });
    const byKey = openClient(url, key);
    const { id } = await createCompany(byKey, request);
    assert.equal((await createCompany(await clientOf('portal', 'partner'), request)).id, id);
    const { companies } = await byKey.execute(CompaniesDocument, {});
    assert.deepEqual(
      companies.edges.map(({ node }) => node.id),
      [id],
    );
    assert.deepEqual(await askBySocket(url, bearer(key)), { __typename: 'Query' });
  });

  test('keys are listed with what is known of them, and never with their secret', async () => {
    const { key, apiKey } = await create('lister', 'partner', {
      name: 'nightly',
      scopes: ['COMPANIES_READ'],
      expiresInDays: 90,
    });
    assert.equal(await statusOf(key), 200);
    const query = `{ apiKeys { edges { node { id name scopes createdBy createdAt expiresAt lastUsedOn revokedAt owner { tenant subject } } } } }`;
    const read = async () => (await send(await tokenOf('lister', 'partner'), query)).data.apiKeys.edges[0].node;
    while ((await read()).lastUsedOn === null);
    const { createdAt, expiresAt, ...known } = await read();
    assert.deepEqual(known, {
      id: apiKey.id,
      name: 'nightly',
      scopes: ['COMPANIES_READ'],
      createdBy: 'lister',
      lastUsedOn: new Date().toISOString().slice(0, 10),
      revokedAt: null,
      owner: { tenant: null, subject: 'lister' },
    });
    assert.equal(Date.parse(expiresAt) - Date.parse(createdAt), 90 * 86_400_000);
  });

  test('two keys are valid while one replaces the other, and a revoked one is refused at once here', async () => {
    const [old, young] = [
      await create('rotating', 'partner', { name: 'old', scopes: ['COMPANIES_READ'] }),
      await create('rotating', 'partner', { name: 'new', scopes: ['COMPANIES_READ'] }),
    ];
    assert.deepEqual([await statusOf(old.key), await statusOf(young.key)], [200, 200]);
    assert.equal(await revoke(await tokenOf('rotating', 'partner'), old.apiKey.id), 'RevokeApiKeySuccess');
    const { status, text } = await ask(url, { headers: bearer(old.key) });
    assert.equal(status, 401);
    assert.match(text, /This API key has been revoked/);
    assert.equal(await askBySocket(url, bearer(old.key)), 4403);
    assert.equal(await statusOf(young.key), 200);
  });

  test('a key of another owner can be neither seen nor revoked, except by operators', async () => {
    const { apiKey, key } = await create('mine', 'partner', { name: 'mine', scopes: ['COMPANIES_READ'] });
    const [other, operator] = [await tokenOf('other', 'partner'), await tokenOf('olga', 'operator')];
    assert.equal(await revoke(other, apiKey.id), 'ApiKeyNotFound');
    const list = 'query ($owner: OwnerInput) { apiKeys(owner: $owner) { edges { node { id } } } }';
    assert.deepEqual((await send(other, list)).data.apiKeys.edges, []);
    const owner = { subject: 'mine' };
    assert.equal((await send(other, list, { owner })).errors[0].extensions.code, 'BAD_USER_INPUT');
    assert.deepEqual((await send(operator, list, { owner })).data.apiKeys.edges, [{ node: { id: apiKey.id } }]);
    assert.equal(await revoke(operator, apiKey.id), 'RevokeApiKeySuccess');
    assert.equal(await revoke(operator, key), 'RevokeApiKeySuccess', 'again, by the whole key');
    assert.equal(await revoke(operator, `${key}0`), 'ApiKeyNotFound');
  });

  test('an operator makes keys for tenants, and operators’ keys for themselves alone', async () => {
    const forTenant = { name: 'for them', scopes: ['COMPANIES_READ'], owner: { tenant: 'acme' } };
    const { apiKey } = await create('olga', 'operator', forTenant);
    assert.deepEqual(apiKey.owner, { tenant: 'acme', subject: null });
    const operating = { name: 'monitor', scopes: ['OPERATE'] };
    assert.deepEqual(await faultsOf('olga', 'operator', { ...operating, owner: { tenant: 'acme' } }), [
      'scopes NOT_ALLOWED',
    ]);
    const { key } = await create('olga', 'operator', operating);
    const status = '{ serviceStatus { waiting running { company { id } } } }';
    assert.equal((await send(key, status)).errors, undefined);
    assert.equal((await send(key, '{ companies { edges { node { id } } } }')).errors[0].extensions.code, 'FORBIDDEN');
  });

  for (const [title, role, input, expected] of [
    ['no name', 'partner', { name: ' ', scopes: ['COMPANIES_READ'] }, ['name REQUIRED']],
    ['a long name', 'partner', { name: 'x'.repeat(101), scopes: ['COMPANIES_READ'] }, ['name TOO_LONG']],
    ['a control character', 'partner', { name: 'a\0', scopes: ['COMPANIES_READ'] }, ['name INVALID_CHARACTERS']],
    ['no scope', 'partner', { name: 'x', scopes: [] }, ['scopes REQUIRED']],
    ['a scope twice', 'partner', { name: 'x', scopes: ['COMPANIES_READ', 'COMPANIES_READ'] }, ['scopes DUPLICATE']],
    ['more than the maker may', 'partner', { name: 'x', scopes: ['OPERATE'] }, ['scopes NOT_ALLOWED']],
    [
      'no life',
      'partner',
      { name: 'x', scopes: ['COMPANIES_READ'], expiresInDays: 0 },
      ['expiresInDays INVALID_FORMAT'],
    ],
    [
      'a long life',
      'partner',
      { name: 'x', scopes: ['COMPANIES_READ'], expiresInDays: 367 },
      ['expiresInDays INVALID_FORMAT'],
    ],
    [
      'another owner',
      'partner',
      { name: 'x', scopes: ['COMPANIES_READ'], owner: { tenant: 'y' } },
      ['owner NOT_ALLOWED'],
    ],
    [
      'two owners',
      'operator',
      { name: 'x', scopes: ['COMPANIES_READ'], owner: { tenant: 'y', subject: 'z' } },
      ['owner NOT_ALLOWED'],
    ],
    ['a customer', 'customer', { name: 'x', scopes: ['COMPANIES_READ'] }, 'FORBIDDEN'],
  ] as const) {
    test(`no key is made for ${title}`, async () => {
      assert.deepEqual(await faultsOf('faulty', role, input), expected);
    });
  }

  test('a key with a typo, an unknown one and another’s secret are refused', async () => {
    const { key, apiKey } = await create('guessed', 'partner', { name: 'x', scopes: ['COMPANIES_READ'] });
    const typo = `${key.slice(0, 30)}${key[30] === 'a' ? 'b' : 'a'}${key.slice(31)}`;
    assert.match((await ask(url, { headers: bearer(typo) })).text, /it has a typo or is incomplete/);
    const invented = (id: string): string => withChecksum(`${id}_${'0'.repeat(43)}`);
    for (const wrong of [invented('cps_000000000000'), invented(apiKey.id)])
      assert.match((await ask(url, { headers: bearer(wrong) })).text, /This API key is not valid/);
    assert.equal(await statusOf(`${key}.`), 401, 'as a token');
    assert.equal(await statusOf(key.toUpperCase()), 401);
    assert.equal(await statusOf(await tokenOf(apiKey.id, 'partner')), 401, 'a token whose subject is a key’s id');
  });

  test('a stream token made with a key is refused once the key is revoked', async () => {
    const { key, apiKey } = await create('streamer', 'partner', { name: 'x', scopes: ['COMPANIES_READ'] });
    const { id } = await createCompany(
      await clientOf('streamer', 'partner'),
      requestFor('streamer.localhost', { draft: true }),
    );
    const { data } = await send(
      key,
      `mutation { createStreamToken(companyId: "${id}") { ... on CreateStreamTokenSuccess { token } } }`,
    );
    const query = `subscription { companyStatusChanged(companyId: "${id}", sinceVersion: 0) { version } }`;
    const address = `${url}?${new URLSearchParams({ query, streamToken: data.createStreamToken.token })}`;
    const stream = new AbortController();
    const headers = { accept: 'text/event-stream' };
    const { body } = await fetch(address, { headers, signal: stream.signal });
    assert.match(Buffer.from((await body?.getReader().read())?.value ?? []).toString(), /"version":1/);
    stream.abort();
    await revoke(await tokenOf('streamer', 'partner'), apiKey.id);
    assert.equal((await ask(address, { method: 'GET', headers })).status, 401);
  });

  test('the audit log names keys by their id, as actor and as what was created or revoked', async () => {
    const { key, apiKey } = await create('audited', 'partner', { name: 'x', scopes: ['COMPANIES_WRITE'] });
    await createCompany(
      openClient(url, key),
      requestFor('audited.localhost', { draft: true, customerEmail: 'a@b.example' }),
    );
    await revoke(await tokenOf('audited', 'partner'), apiKey.id);
    const entriesOf = async (subject: string) => {
      const { auditLog } = await (await clientOf('olga', 'operator')).execute(AuditLogDocument, {
        filter: { subject },
      });
      return auditLog.edges.map(({ node: { action, outcome, target } }) => [action, outcome, target]);
    };
    assert.deepEqual(await entriesOf(apiKey.id), [['CREATE_COMPANY', 'CreateCompanySuccess', null]]);
    assert.deepEqual(await entriesOf('audited'), [
      ['REVOKE_API_KEY', 'RevokeApiKeySuccess', apiKey.id],
      ['CREATE_API_KEY', 'CreateApiKeySuccess', apiKey.id],
    ]);
  });

  test('an owner holds at most 50 keys, however many are requested at once', async () => {
    const input = { name: 'x', scopes: ['COMPANIES_READ'] };
    const answers = await Promise.all(Array.from({ length: 55 }, () => faultsOf('collector', 'partner', input)));
    assert.equal(answers.filter((answer) => answer === 'CreateApiKeySuccess').length, 50);
    assert.equal(answers.filter((answer) => answer === 'TooManyApiKeys').length, 5);
  });

  test('scrubbing removes API keys that nobody named', async () => {
    const { key } = await create('scrubbed', 'partner', { name: 'x', scopes: ['COMPANIES_READ'] });
    assert.equal(scrub(`authorization: Bearer ${key}, and more`), 'authorization: Bearer [secret], and more');
  });

  test('unknown keys of one network are looked for 60 times a minute; known ones keep working', async () => {
    const { key } = await create('busy', 'partner', { name: 'x', scopes: ['COMPANIES_READ'] });
    assert.equal(await statusOf(key), 200);
    const tries = Array.from({ length: 70 }, (_, number) =>
      statusOf(withChecksum(`cps_unknown${String(number).padStart(5, '0')}_${'1'.repeat(43)}`)),
    );
    const statuses = await Promise.all(tries);
    assert.deepEqual([...new Set(statuses)].sort(), [401, 429]);
    assert.ok(statuses.filter((status) => status === 401).length <= 60);
    assert.equal(await statusOf(key), 200);
  });
});

/** The text of a key that nobody made, with the checksum that it would have. */
function withChecksum(unchecked: string): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let digits = '';
  for (let rest = crc32(unchecked); digits.length < 6; rest = Math.floor(rest / 62))
    digits = alphabet[rest % 62] + digits;
  return `${unchecked}${digits}`;
}
