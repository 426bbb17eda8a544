import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ExecutionResult } from 'graphql';
import { createClient as createEventStreams } from 'graphql-sse';
import { createClient as createSockets } from 'graphql-ws';
import { WebSocket } from 'ws';
import { schema } from '../schema/index.ts';
import { signToken } from '../src/access/authenticate.ts';
import type { Role } from '../src/access/viewer.ts';
import { createApiKey } from './support/api-keys.ts';
import { ask } from './support/ask.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const { service, url, tokenOf, verifiedTokenOf, clientOf } = await openTestService(
  { after },
  { env: { AUTH_TENANT_CLAIM: 'tenant' }, parts: { api: true, worker: false } },
);

/** API keys: three of the owner's by what they may do, one that operates, and one of the owner's that is revoked. */
const keys = ['reader', 'writer', 'webhooks', 'monitor', 'revoked'] as const;
/** A draft and a queued company belong to the owner; the namesake is a partner of the owner's name in a tenant of that name. */
const people = ['owner', 'addressee', 'customer', 'partner', 'namesake', 'operator'] as const;
const viewers = ['nobody', 'forger', ...people, ...keys] as const;
type ViewerName = (typeof viewers)[number];
type Row = Readonly<Record<ViewerName, string>>;

const locked = { nobody: 'UNAUTHENTICATED', forger: 'UNAUTHENTICATED', revoked: 'UNAUTHENTICATED' } as const;
/** The addressee's token carries the address that the company is mailed at as verified. */
const ownersOnly = (own: string, others: string, addressee = own): Row => ({
  ...locked,
  owner: own,
  addressee,
  customer: others,
  partner: others,
  namesake: others,
  operator: own,
  reader: own,
  writer: own,
  webhooks: 'FORBIDDEN',
  monitor: 'FORBIDDEN',
});
/** What takes the scope companies:write. */
const writers = (row: Row): Row => ({ ...row, reader: 'FORBIDDEN' });
const nobodys = ownersOnly('FORBIDDEN', 'FORBIDDEN');
const operatorsOnly = (outcome: string): Row => ({ ...nobodys, operator: outcome, monitor: outcome });
/** What partners and operators do with their tokens alone. */
const byToken = (outcome: string, operators = outcome): Row => ({
  ...nobodys,
  partner: outcome,
  namesake: outcome,
  operator: operators,
});

/** What partners and operators do, also with keys that have the scope webhooks:write. */
const byWebhooks = (outcome: string): Row => ({ ...byToken(outcome), webhooks: outcome });

const [created, denied] = ['CreateCompanySuccess', 'ValidationError'];

/**
 * What comes of each operation for each viewer, by whichever transport: the code of an error, the type of a mutation's
 * result, or what there is to see. A field of the schema's roots that is missing here fails the test.
 */
const matrix: Readonly<Record<string, { readonly document: string; readonly row: Row }>> = {
  'Query.company': { document: 'query ($draft: ID!) { company(id: $draft) { id } }', row: ownersOnly('seen', 'null') },
  'Query.node': { document: 'query ($draft: ID!) { node(id: $draft) { id } }', row: ownersOnly('seen', 'null') },
  'Query.companies': {
    document: '{ companies(filter: { text: "matrix-draft" }) { edges { node { id } } } }',
    row: ownersOnly('1 seen', '0 seen'),
  },
  'Query.events': {
    document: '{ events { edges { cursor node { version } } } }',
    row: ownersOnly('2 seen', '0 seen'),
  },
  'Query.checkCompany': {
    document: 'query ($input: CreateCompanyInput!) { checkCompany(input: $input) { siteUrl } }',
    row: writers(ownersOnly('seen', 'seen')),
  },
  'Query.provisioningOptions': {
    document: '{ provisioningOptions { apps { name } } }',
    row: ownersOnly('seen', 'seen'),
  },
  'Query.quotas': { document: '{ quotas { streams { limit } } }', row: ownersOnly('seen', 'seen') },
  'Query.serviceStatus': { document: '{ serviceStatus { waiting } }', row: operatorsOnly('seen') },
  'Query.revocations': { document: '{ revocations { edges { node { subject } } } }', row: operatorsOnly('0 seen') },
  'Query.auditLog': {
    document: '{ auditLog(filter: { subject: "nobody here" }) { edges { node { id } } } }',
    row: operatorsOnly('0 seen'),
  },
  'Mutation.createCompany': {
    document: 'mutation ($input: CreateCompanyInput!) { createCompany(input: $input) { __typename } }',
    // The request says whom to mail, as only those may who act for others.
    row: {
      ...writers(ownersOnly(denied, created)),
      customer: denied,
      operator: created,
      writer: created,
    },
  },
  'Mutation.createCompanies': {
    document: 'mutation ($input: CreateCompanyInput!) { createCompanies(inputs: [$input]) { __typename } }',
    row: {
      ...writers(ownersOnly(denied, created)),
      customer: denied,
      operator: created,
      writer: created,
    },
  },
  'Mutation.provisionCompany': {
    document: 'mutation ($queued: ID!) { provisionCompany(companyId: $queued) { __typename } }',
    row: writers(ownersOnly('WrongStatus', 'NotFound', 'ReadOnly')),
  },
  'Mutation.cancelProvisioning': {
    document: 'mutation ($draft: ID!) { cancelProvisioning(companyId: $draft) { __typename } }',
    row: writers(ownersOnly('WrongStatus', 'NotFound', 'ReadOnly')),
  },
  'Mutation.correctCompany': {
    document: 'mutation ($draft: ID!) { correctCompany(companyId: $draft, input: {}) { __typename } }',
    row: writers(ownersOnly('CorrectCompanySuccess', 'NotFound', 'ReadOnly')),
  },
  'Mutation.deleteDraft': {
    document: 'mutation ($queued: ID!) { deleteDraft(companyId: $queued) { __typename } }',
    row: writers(ownersOnly('WrongStatus', 'NotFound', 'ReadOnly')),
  },
  'Mutation.createStreamToken': {
    document: 'mutation ($draft: ID!) { createStreamToken(companyId: $draft) { __typename } }',
    row: ownersOnly('CreateStreamTokenSuccess', 'NotFound'),
  },
  'Mutation.resendMail': {
    document: 'mutation { resendMail(mailId: "00000000-0000-4000-8000-000000000000") { __typename } }',
    row: operatorsOnly('MailNotFound'),
  },
  'Query.apiKeys': { document: '{ apiKeys(first: 1) { edges { node { id } } } }', row: byToken('0 seen', '1 seen') },
  'Mutation.createApiKey': {
    document: 'mutation { createApiKey(input: { name: "matrix", scopes: [] }) { __typename } }',
    row: byToken(denied),
  },
  'Mutation.revokeApiKey': {
    document: 'mutation { revokeApiKey(id: "cps_0") { __typename } }',
    row: byToken('ApiKeyNotFound'),
  },
  'Query.webhookEndpoints': {
    document: '{ webhookEndpoints { edges { node { id } } } }',
    row: byWebhooks('0 seen'),
  },
  'Query.webhookDeliveries': {
    document: '{ webhookDeliveries(endpointId: "we_0") { edges { node { id } } } }',
    row: byWebhooks('NOT_FOUND'),
  },
  'Mutation.createWebhookEndpoint': {
    document: 'mutation { createWebhookEndpoint(input: { url: "" }) { __typename } }',
    row: byWebhooks(denied),
  },
  'Mutation.updateWebhookEndpoint': {
    document: 'mutation { updateWebhookEndpoint(endpointId: "we_0", input: {}) { __typename } }',
    row: byWebhooks('WebhookEndpointNotFound'),
  },
  'Mutation.rotateWebhookSecret': {
    document: 'mutation { rotateWebhookSecret(endpointId: "we_0") { __typename } }',
    row: byWebhooks('WebhookEndpointNotFound'),
  },
  'Mutation.deleteWebhookEndpoint': {
    document: 'mutation { deleteWebhookEndpoint(endpointId: "we_0") { __typename } }',
    row: byWebhooks('WebhookEndpointNotFound'),
  },
  'Mutation.redeliverWebhooks': {
    document: 'mutation { redeliverWebhooks(endpointId: "we_0", input: { after: "0" }) { __typename } }',
    row: byWebhooks('WebhookEndpointNotFound'),
  },
  'Mutation.sendTestWebhook': {
    document: 'mutation { sendTestWebhook(endpointId: "we_0") { __typename } }',
    row: byWebhooks('WebhookEndpointNotFound'),
  },
  'Mutation.revokeToken': {
    document: 'mutation { revokeToken(tokenId: "") { __typename } }',
    row: operatorsOnly(denied),
  },
  'Mutation.revokeTokensOf': {
    document: 'mutation { revokeTokensOf(subject: "") { __typename } }',
    row: operatorsOnly(denied),
  },
  'Mutation.setQuotas': {
    document: 'mutation { setQuotas(owner: {}, input: {}) { __typename } }',
    row: operatorsOnly(denied),
  },
  'Subscription.companiesStatusChanged': {
    document: 'subscription { companiesStatusChanged(after: "99999") { cursor } }',
    // Who may see no company waits for one; a cursor that does not exist yet is refused to everybody who may watch.
    row: ownersOnly('BAD_USER_INPUT', 'BAD_USER_INPUT'),
  },
  'Subscription.companyStatusChanged': {
    document: 'subscription ($draft: ID!) { companyStatusChanged(companyId: $draft) { version } }',
    row: ownersOnly('seen', 'NOT_FOUND'),
  },
  'Subscription.provisioningLog': {
    // A number that no log has yet: otherwise those who may read it would wait for its first line.
    document: 'subscription ($draft: ID!) { provisioningLog(companyId: $draft, sinceLine: 1) { text } }',
    row: ownersOnly('BAD_USER_INPUT', 'NOT_FOUND', 'NOT_FOUND'),
  },
};

const rolesOf: Readonly<Record<(typeof people)[number], Role>> = {
  owner: 'customer',
  addressee: 'customer',
  customer: 'customer',
  partner: 'partner',
  namesake: 'partner',
  operator: 'operator',
};
const tokens = new Map<ViewerName, string | undefined>([['nobody', undefined]]);
const ids = { draft: '', queued: '' };
before(async () => {
  for (const [name, role] of Object.entries(rolesOf)) tokens.set(name as ViewerName, await tokenOf(name, role));
  tokens.set('addressee', await verifiedTokenOf('addressee', 'owner@customers.example'));
  const namesake = { subject: 'owner', email: 'owner@customers.example', roles: ['partner'] } as const;
  tokens.set('namesake', await signToken(service.jwtSecret, namesake, '1h', {}, { tenant: 'owner' }));
  tokens.set('forger', `${tokens.get('operator')?.slice(0, -6)}forged`);
  const operator = tokens.get('operator') ?? '';
  const keyFor = (subject: string, ...scopes: string[]) =>
    createApiKey(url, operator, { name: 'matrix', scopes, owner: { subject } });
  tokens.set('reader', (await keyFor('owner', 'COMPANIES_READ')).key);
  tokens.set('writer', (await keyFor('owner', 'COMPANIES_WRITE')).key);
  tokens.set('webhooks', (await keyFor('owner', 'WEBHOOKS_WRITE')).key);
  tokens.set('monitor', (await keyFor('operator', 'OPERATE')).key);
  const { key, apiKey } = await keyFor('owner', 'COMPANIES_READ', 'COMPANIES_WRITE', 'WEBHOOKS_WRITE');
  tokens.set('revoked', key);
  const query = `mutation { revokeApiKey(id: "${apiKey.id}") { __typename } }`;
  await ask(url, { headers: bearer(operator), body: JSON.stringify({ query }) });
  const owner = await clientOf('owner', 'customer');
  ids.draft = (await createCompany(owner, requestFor('matrix-draft.localhost', { draft: true }))).id;
  ids.queued = (await createCompany(owner, requestFor('matrix-queued.localhost'))).id;
});

/** The same request of a viewer every time, so that it creates one company however often it is sent. */
const variablesOf = (viewer: ViewerName): Record<string, unknown> => ({
  ...ids,
  input: requestFor(`matrix-of-${viewer}.localhost`, {
    draft: true,
    idempotencyKey: 'matrix',
    customerEmail: 'customer@acme.example',
  }),
});

type Send = (token: string | undefined, query: string, variables: Record<string, unknown>) => Promise<ExecutionResult>;

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

async function firstOf(results: AsyncIterable<unknown>): Promise<ExecutionResult> {
  for await (const result of results) return result as ExecutionResult;
  return {};
}

const transports: Readonly<Record<string, { readonly carries: RegExp; readonly send: Send }>> = {
  POST: {
    carries: /Query|Mutation/,
    send: async (token, query, variables) =>
      JSON.parse((await ask(url, { headers: bearer(token), body: JSON.stringify({ query, variables }) })).text),
  },
  GET: {
    // A check holds a password, as addresses must not.
    carries: /Query\.(?!checkCompany)/,
    async send(token, query, variables) {
      const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
      return JSON.parse((await ask(`${url}?${parameters}`, { method: 'GET', headers: bearer(token) })).text);
    },
  },
  'event stream': {
    carries: /./,
    async send(token, query, variables) {
      const client = createEventStreams({ url, headers: bearer(token), retryAttempts: 0 });
      try {
        return await firstOf(client.iterate({ query, variables }));
      } finally {
        client.dispose();
      }
    },
  },
  WebSocket: {
    carries: /./,
    async send(token, query, variables) {
      const client = createSockets({
        url: url.replace('http:', 'ws:'),
        webSocketImpl: WebSocket,
        connectionParams: bearer(token),
        retryAttempts: 0,
      });
      try {
        return await firstOf(client.iterate({ query, variables }));
      } finally {
        await client.dispose();
      }
    },
  },
};

/** How a transport says that it lets nobody in: with HTTP's status, or the close code of a WebSocket. */
function isLocked(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('response' in error) return error.response instanceof Response && error.response.status === 401;
  return 'code' in error && error.code === 4403;
}

async function outcomeOf(operation: string, viewer: ViewerName, send: Send): Promise<string> {
  const { document = '' } = matrix[operation] ?? {};
  let result: ExecutionResult;
  try {
    result = await send(tokens.get(viewer), document, variablesFor(document, viewer));
  } catch (error) {
    if (isLocked(error)) return 'UNAUTHENTICATED';
    if (Array.isArray(error)) result = { errors: error };
    else throw error;
  }
  const { data, errors } = result;
  if (errors?.[0]) return String(errors[0].extensions?.['code']);
  const found = data?.[operation.split('.')[1] ?? ''];
  // Of a mutation with lines, the document sends one.
  const value = (Array.isArray(found) ? found[0] : found) as
    | { readonly __typename?: string; readonly edges?: readonly unknown[] }
    | null
    | undefined;
  if (value === null) return 'null';
  return value?.__typename ?? (value?.edges ? `${value.edges.length} seen` : 'seen');
}

/** A variable that a document does not name is one too many. */
const variablesFor = (document: string, viewer: ViewerName): Record<string, unknown> =>
  Object.fromEntries(Object.entries(variablesOf(viewer)).filter(([name]) => document.includes(`$${name}:`)));

describe('the access matrix', () => {
  test('the access matrix has a row for every operation of the schema', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const operations = roots.flatMap((root) =>
      Object.keys(root?.getFields() ?? {}).map((field) => `${root?.name}.${field}`),
    );
    assert.deepEqual(Object.keys(matrix).sort(), operations.sort());
  });

  for (const [operation, { row }] of Object.entries(matrix)) {
    for (const [transport, { carries, send }] of Object.entries(transports)) {
      if (!carries.test(operation)) continue;
      test(`the access matrix holds for ${operation} by ${transport}`, async (t) => {
        const found = await Promise.all(viewers.map((viewer) => outcomeOf(operation, viewer, send)));
        const outcomes = Object.fromEntries(viewers.map((viewer, index) => [viewer, found[index]]));
        t.diagnostic(
          Object.entries(outcomes)
            .map((cell) => cell.join(': '))
            .join(', '),
        );
        assert.deepEqual(outcomes, row);
      });
    }
  }
});
