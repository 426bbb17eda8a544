import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { ask } from './support/ask.ts';
import { until } from './support/processes.ts';
import { exampleWith } from './support/readme.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const { url, tokenOf, clientOf } = await openTestService({ after });

/** The answer to the one field of an operation. */
async function send(subject: string, query: string, variables: object = {}) {
  const headers = { authorization: `Bearer ${await tokenOf(subject, 'partner')}` };
  const { data, errors } = JSON.parse((await ask(url, { headers, body: JSON.stringify({ query, variables }) })).text);
  return errors ? errors[0].extensions : data[Object.keys(data)[0] ?? ''];
}

const endpoint =
  'endpoint { id url eventTypes description contactEmail createdBy disabledAt disabledReason previousSecretUntil owner { subject } }';
const faults = '... on ValidationError { faults { field code } }';
const notFound = '... on WebhookEndpointNotFound { message field }';
const create = (subject: string, input: object) =>
  send(
    subject,
    `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) {
    __typename ${faults} ... on WebhookSecretSuccess { secret ${endpoint} } } }`,
    { input },
  );
const update = (subject: string, id: string, input: object) =>
  send(
    subject,
    `mutation ($id: ID!, $input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(endpointId: $id, input: $input) {
    __typename ${faults} ... on WebhookEndpointSuccess { ${endpoint} } } }`,
    { id, input },
  );
const on = (subject: string, mutation: string, id: string, selection = '') =>
  send(subject, `mutation ($id: ID!) { ${mutation}(endpointId: $id) { __typename ${notFound} ${selection} } }`, { id });
const list = async (subject: string) =>
  (await send(subject, '{ webhookEndpoints { edges { node { id description disabledReason } } } }')).edges.map(
    ({ node }: { node: object }) => node,
  );
const nowhere = 'http://localhost:9/';

test('the receiver in the README learns of a partner’s company', { timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const made = await send(
    'portal',
    exampleWith('createWebhookEndpoint', 'graphql').replace('https://portal.example.com', `http://localhost:${port}`),
  );
  assert.match(made.secret, /^whsec_/);

  const receiver = spawn(process.execPath, ['--input-type=module', '--eval', exampleWith('standardwebhooks', 'js')], {
    env: { WEBHOOK_SECRET: made.secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => receiver.kill('SIGKILL'));
  await until('the receiver listens', () => isListening(port));
  const line = once(createInterface({ input: receiver.stdout }), 'line');

  const portal = await clientOf('portal', 'partner');
  const company = await createCompany(
    portal,
    requestFor('by-webhook.localhost', { customerEmail: 'jane@acme.example' }),
  );
  assert.equal((await watchToEnd(portal, company.id)).at(-1)?.status, 'ACTIVE');
  assert.deepEqual(await line, [`company.active ${company.id} ${company.siteUrl}`]);

  const deliveries = exampleWith('webhookDeliveries', 'graphql').replace('we_…', made.endpoint.id);
  const deliveriesNow = async () =>
    (await send('portal', deliveries)).edges.map(
      ({ node: { id, durationMs, version, ...node } }: { node: Record<string, unknown> }) => node,
    );
  const delivered = {
    type: 'company.active',
    companyId: company.id,
    state: 'DELIVERED',
    attempts: 1,
    responseStatus: 204,
    fault: null,
    nextAttemptAt: null,
  };
  await until('it is recorded', async () => (await deliveriesNow())[0]?.state === 'DELIVERED');
  assert.deepEqual(await deliveriesNow(), [delivered]);

  const redeliver = exampleWith('redeliverWebhooks', 'graphql').replace('we_…', made.endpoint.id).replace('4711', '0');
  const redelivered = await send('portal', redeliver);
  assert.deepEqual([redelivered.queued, redelivered.hasMore], [0, false]);
  assert.match(redelivered.endCursor, /^\d+$/);
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost');
  const heard = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  const listens = await heard;
  socket.destroy();
  return listens;
}

describe('webhook endpoints', () => {
  test('an endpoint gets the ends of attempts by default, and whoever made it is its contact', async () => {
    const { secret, endpoint: made, __typename } = await create('by-default', { url: nowhere });
    assert.equal(__typename, 'WebhookSecretSuccess');
    assert.match(secret, /^whsec_[\w+/]{43}=$/);
    const { id, ...settings } = made;
    assert.match(id, /^we_[0-9a-f]{24}$/);
    assert.deepEqual(settings, {
      url: nowhere,
      eventTypes: ['COMPANY_ACTIVE', 'COMPANY_FAILED'],
      description: '',
      contactEmail: 'by-default@customers.example',
      createdBy: 'by-default',
      disabledAt: null,
      disabledReason: null,
      previousSecretUntil: null,
      owner: { subject: 'by-default' },
    });
  });

  for (const [title, input, fault] of [
    ['another protocol', { url: 'ftp://portal.example.com/' }, { field: 'url', code: 'INVALID_FORMAT' }],
    ['an address of a private network', { url: 'https://10.0.0.7/' }, { field: 'url', code: 'INVALID_FORMAT' }],
    ['no types of events', { url: nowhere, eventTypes: [] }, { field: 'eventTypes', code: 'REQUIRED' }],
    [
      'a type twice',
      { url: nowhere, eventTypes: ['COMPANY_ACTIVE', 'COMPANY_ACTIVE'] },
      { field: 'eventTypes', code: 'DUPLICATE' },
    ],
    ['a long description', { url: nowhere, description: 'x'.repeat(201) }, { field: 'description', code: 'TOO_LONG' }],
    [
      'a control character',
      { url: nowhere, description: 'a\nb' },
      { field: 'description', code: 'INVALID_CHARACTERS' },
    ],
    [
      'an address that is none',
      { url: nowhere, contactEmail: 'nobody' },
      { field: 'contactEmail', code: 'INVALID_FORMAT' },
    ],
    ['another owner', { url: nowhere, owner: { tenant: 'another' } }, { field: 'owner', code: 'NOT_ALLOWED' }],
  ] as const) {
    test(`an endpoint is not made: ${title}`, async () => {
      const answer = await create('faulty', input);
      assert.deepEqual([answer.__typename, answer.faults], ['ValidationError', [fault]]);
      assert.deepEqual(await list('faulty'), []);
    });
  }

  test('an owner has at most sixteen endpoints, however many are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create('collector', { url: nowhere })));
    const types = made.map(({ __typename }) => __typename).sort();
    assert.deepEqual(types, [...Array(4).fill('TooManyWebhookEndpoints'), ...Array(16).fill('WebhookSecretSuccess')]);
    const [{ id }] = await list('collector');
    assert.equal((await on('collector', 'deleteWebhookEndpoint', id)).__typename, 'DeleteWebhookEndpointSuccess');
    assert.equal((await create('collector', { url: nowhere })).__typename, 'WebhookSecretSuccess');
  });

  test('an endpoint is changed, disabled and enabled; what is left out stays', async () => {
    const { id } = (await create('changer', { url: nowhere, description: 'first' })).endpoint;
    const changed = await update('changer', id, { eventTypes: ['COMPANY_QUEUED'], contactEmail: 'dev@portal.example' });
    assert.partialDeepStrictEqual(changed.endpoint, {
      url: nowhere,
      description: 'first',
      eventTypes: ['COMPANY_QUEUED'],
      contactEmail: 'dev@portal.example',
      disabledReason: null,
    });
    assert.deepEqual((await update('changer', id, {})).endpoint, changed.endpoint);
    assert.equal((await update('changer', id, { url: 'ftp://portal.example' })).__typename, 'ValidationError');
    const disabled = (await update('changer', id, { enabled: false })).endpoint;
    assert.equal(disabled.disabledReason, 'BY_OWNER');
    assert.deepEqual((await update('changer', id, { enabled: false })).endpoint, disabled);
    assert.equal((await on('changer', 'sendTestWebhook', id)).__typename, 'WebhookEndpointDisabled');
    const range = 'redeliverWebhooks(endpointId: $id, input: { after: "0" })';
    const redelivered = await send('changer', `mutation ($id: ID!) { ${range} { __typename } }`, { id });
    assert.equal(redelivered.__typename, 'WebhookEndpointDisabled');
    assert.deepEqual((await update('changer', id, { enabled: true })).endpoint, changed.endpoint);
  });

  test('a new secret is shown once, and the old one signs for a day more', async () => {
    const made = await create('rotator', { url: nowhere });
    const rotated = await on(
      'rotator',
      'rotateWebhookSecret',
      made.endpoint.id,
      `... on WebhookSecretSuccess { secret ${endpoint} }`,
    );
    assert.match(rotated.secret, /^whsec_/);
    assert.notEqual(rotated.secret, made.secret);
    const hours = (Date.parse(rotated.endpoint.previousSecretUntil) - Date.now()) / 3_600_000;
    assert.ok(hours > 23 && hours <= 24, `${hours} hours`);
  });

  test('another owner’s endpoint looks like none', async () => {
    const { id } = (await create('holder', { url: nowhere })).endpoint;
    for (const mutation of ['rotateWebhookSecret', 'deleteWebhookEndpoint', 'sendTestWebhook'])
      assert.deepEqual(await on('stranger', mutation, id), {
        __typename: 'WebhookEndpointNotFound',
        message: 'You have no such webhook endpoint.',
        field: 'endpointId',
      });
    assert.equal((await update('stranger', id, { enabled: false })).__typename, 'WebhookEndpointNotFound');
    const deliveries = 'query ($id: ID!) { webhookDeliveries(endpointId: $id) { edges { cursor } } }';
    assert.deepEqual(await send('stranger', deliveries, { id }), {
      code: 'NOT_FOUND',
      field: 'endpointId',
    });
    assert.deepEqual(await list('stranger'), []);
    assert.deepEqual(await list('holder'), [{ id, description: '', disabledReason: null }]);
  });

  test('what is no cursor is refused with its field', async () => {
    const { id } = (await create('ranger', { url: nowhere })).endpoint;
    const query = `mutation ($id: ID!, $input: RedeliverWebhooksInput!) { redeliverWebhooks(endpointId: $id, input: $input) { __typename ${faults} } }`;
    const answer = await send('ranger', query, { id, input: { after: 'x', until: '-1' } });
    assert.deepEqual(answer.faults, [
      { field: 'after', code: 'INVALID_FORMAT' },
      { field: 'until', code: 'INVALID_FORMAT' },
    ]);
  });
});
