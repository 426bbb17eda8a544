import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createApiKey } from './support/api-keys.ts';
import { ask } from './support/ask.ts';
import { openTestService } from './support/test-service.ts';

const { tokenOf, url } = await openTestService({ after }, { parts: { api: true, worker: false } });

interface Failure {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

async function errorsOf(token: string, query: string): Promise<readonly Failure[]> {
  const { text } = await ask(url, { headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ query }) });
  return JSON.parse(text).errors;
}
const partner = await tokenOf('portal', 'partner');

describe('an invalid document', () => {
  for (const [given, field, type] of [
    ['createdAfter: "yesterday"', 'createdAfter', 'DateTime'],
    ['status: [ACTIVE, LOST]', 'status', '[CompanyStatus!]'],
    ['externalReference: 4711', 'externalReference', 'String'],
  ]) {
    test(`is refused with the field and the type of its wrong value: ${given}`, async () => {
      const errors = await errorsOf(partner, `{ companies(filter: { ${given} }) { totalCount } }`);
      assert.deepEqual(
        errors.map(({ message, extensions }) => [message, extensions]),
        [[`The value of "${field}" does not fit its type, "${type}".`, { code: 'GRAPHQL_VALIDATION_FAILED' }]],
      );
    });
  }

  test('is refused with all missing fields in one sentence', async () => {
    const errors = await errorsOf(partner, 'mutation { createCompany(input: {}) { __typename } }');
    assert.deepEqual(
      errors.map(({ message }) => message),
      [
        'The value of "input" lacks required fields: adminEmail, adminPassword, companyAbbr, companyName, country, defaultCurrency, domain.',
      ],
    );
  });

  test('is refused with five faults, and says that there are more', async () => {
    const errors = await errorsOf(partner, `{ ${'abcdefgh'.split('').join(' ')} }`);
    assert.equal(errors.length, 6);
    assert.match(errors[5]?.message ?? '', /more errors than these/);
  });
});

describe('what a viewer may not do', () => {
  const refusalOf = async (token: string, query: string): Promise<unknown> => {
    const [error] = await errorsOf(token, query);
    return [error?.message, error?.extensions];
  };
  const create = 'mutation { createApiKey(input: { name: "x", scopes: [] }) { __typename } }';

  test('is called so for a token, whether it would read or change something', async () => {
    const customer = await tokenOf('jane', 'customer');
    assert.deepEqual(await refusalOf(customer, create), ['You may not do this.', { code: 'FORBIDDEN' }]);
    const query = '{ serviceStatus { waiting } }';
    assert.deepEqual(await refusalOf(customer, query), ['You may not see this.', { code: 'FORBIDDEN' }]);
  });

  test('is refused to an API key with the scope that it lacks, or with the advice to use a token', async () => {
    const { key } = await createApiKey(url, partner, { name: 'reader', scopes: ['COMPANIES_READ'] });
    for (const [query, scope] of [
      ['mutation { deleteDraft(companyId: "COMP-2026-00001") { __typename } }', 'companies:write'],
      ['{ serviceStatus { waiting } }', 'operate'],
    ] as const)
      assert.deepEqual(await refusalOf(key, query), [
        `This needs an API key with the scope ${scope}.`,
        { code: 'FORBIDDEN', scope },
      ]);
    assert.deepEqual(await refusalOf(key, create), [
      'No API key opens this; sign in with a token.',
      { code: 'FORBIDDEN' },
    ]);
  });
});
