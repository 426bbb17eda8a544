import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Client } from '../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CreateCompanyDocument,
  type CreateCompanyInput,
  ProvisionCompanyDocument,
} from '../src/client/operations.ts';
import { ask } from './support/ask.ts';
import { createCompany, openTestService, readCompany, requestFor } from './support/test-service.ts';

// Nobody works, so that what is queued waits.
const { clientOf, tokenOf, url } = await openTestService(
  { after },
  {
    parts: { api: true, worker: false },
    env: {
      CUSTOMER_COMPANIES_PER_DAY: '4',
      CUSTOMER_COMPANIES_WAITING: '2',
      CUSTOMER_REQUESTS_PER_MINUTE: '60',
      CUSTOMER_STREAMS: '3',
      PARTNER_COMPANIES_PER_DAY: '7',
      PARTNER_COMPANIES_WAITING: '3',
    },
  },
);

const create = async (client: Client, name: string, changes: Partial<CreateCompanyInput> = {}) => {
  const input = requestFor(`${name}.localhost`, changes);
  return (await client.execute(CreateCompanyDocument, { input })).createCompany;
};
const provision = async (client: Client, companyId: string) =>
  (await client.execute(ProvisionCompanyDocument, { companyId })).provisionCompany;
const day = 24 * 60 * 60 * 1_000;

describe('waiting companies', () => {
  test('waiting companies are limited for a customer, and a cancelled one makes room', async () => {
    const jane = await clientOf('jane', 'customer');
    const first = await createCompany(jane, requestFor('jane-1.localhost'));
    await createCompany(jane, requestFor('jane-2.localhost'));
    const asked = Date.now();
    const refused = await create(jane, 'jane-3');
    assert.ok(refused.__typename === 'QuotaExceeded');
    const { quota, limit, used, perCustomer, message } = refused;
    assert.deepEqual(
      { quota, limit, used, perCustomer },
      { quota: 'COMPANIES_WAITING', limit: 2, used: 2, perCustomer: false },
    );
    assert.match(message, /2 companies waiting/);
    assert.ok(Date.parse(refused.retryAt) > asked);

    await jane.execute(CancelProvisioningDocument, { companyId: first.id });
    const third = await createCompany(jane, requestFor('jane-3.localhost'));
    assert.equal((await provision(jane, first.id)).__typename, 'QuotaExceeded');
    assert.equal((await readCompany(jane, first.id)).status, 'DRAFT');
    // What waits already cannot be queued, whatever the quota says.
    assert.equal((await provision(jane, third.id)).__typename, 'WrongStatus');
  });

  test('one customer’s waiting companies do not limit another customer or an operator', async () => {
    await createCompany(await clientOf('joe', 'customer'), requestFor('joe.localhost'));
    const olga = await clientOf('olga', 'operator');
    for (let number = 0; number < 8; number += 1)
      await createCompany(olga, requestFor(`olga-${number}.localhost`, { customerEmail: 'jane@customers.example' }));
  });

  test('waiting companies are limited for each of a partner’s customers and in total', async () => {
    const portal = await clientOf('portal', 'partner');
    const forAnn = { customerEmail: 'ann@acme.example' };
    for (const name of ['ann-1', 'ann-2']) await createCompany(portal, requestFor(`${name}.localhost`, forAnn));
    const ann = await create(portal, 'ann-3', forAnn);
    assert.ok(ann.__typename === 'QuotaExceeded');
    assert.deepEqual([ann.perCustomer, ann.limit], [true, 2]);

    const forBob = { customerEmail: 'bob@acme.example' };
    await createCompany(portal, requestFor('bob-1.localhost', forBob));
    const bob = await create(portal, 'bob-2', forBob);
    assert.ok(bob.__typename === 'QuotaExceeded');
    assert.deepEqual([bob.perCustomer, bob.limit], [false, 3]);
  });
});

describe('companies per day', () => {
  test('companies per day are limited, including drafts, with the time of the next one', async () => {
    const ruth = await clientOf('ruth', 'customer');
    const before = Date.now();
    for (const number of [1, 2, 3, 4])
      await createCompany(ruth, requestFor(`ruth-${number}.localhost`, { draft: true }));
    const after = Date.now();
    const refused = await create(ruth, 'ruth-5', { draft: true });
    assert.ok(refused.__typename === 'QuotaExceeded');
    assert.deepEqual([refused.quota, refused.limit, refused.used], ['COMPANIES_PER_DAY', 4, 4]);
    const freed = Date.parse(refused.retryAt) - day;
    assert.ok(freed >= before && freed <= after, `a day after the first of the four: ${refused.retryAt}`);
  });

  test('a repeated request counts once and is never refused', async () => {
    const mary = await clientOf('mary', 'customer');
    const keyed = { draft: true, idempotencyKey: 'order-1' };
    const { id } = await createCompany(mary, requestFor('mary-1.localhost', keyed));
    for (const number of [2, 3, 4]) {
      assert.equal((await createCompany(mary, requestFor('mary-1.localhost', keyed))).id, id);
      await createCompany(mary, requestFor(`mary-${number}.localhost`, { draft: true }));
    }
    assert.equal((await create(mary, 'mary-5', { draft: true })).__typename, 'QuotaExceeded');
    assert.equal((await createCompany(mary, requestFor('mary-1.localhost', keyed))).id, id);
    // What is wrong with the request itself is told first.
    assert.equal((await create(mary, 'mary-6', keyed)).__typename, 'IdempotencyKeyReused');
    assert.equal((await create(mary, 'mary-1')).__typename, 'SiteNameTaken');
  });
});

describe('open streams', () => {
  test('open streams are limited for a customer on every transport, and an ended one makes room', {
    timeout: 60_000,
  }, async () => {
    const { id } = await createCompany(await clientOf('sue', 'customer'), requestFor('sue.localhost'));
    const authorization = `Bearer ${await tokenOf('sue', 'customer')}`;
    const query = `subscription { companyStatusChanged(companyId: "${id}") { version } }`;
    const leaving = new AbortController();
    const open = (signal = leaving.signal) =>
      fetch(`${url}?${new URLSearchParams({ query })}`, {
        headers: { authorization, accept: 'text/event-stream' },
        signal,
      });
    const first = new AbortController();
    for (const signal of [first.signal, leaving.signal, leaving.signal]) assert.equal((await open(signal)).status, 200);

    const refused = await open();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '10');
    const { errors } = await refused.json();
    assert.deepEqual(errors[0].extensions, {
      code: 'TOO_MANY_REQUESTS',
      quota: 'STREAMS',
      limit: 3,
      retryAfterSeconds: 10,
    });
    const socket = createSocketClient({
      url: url.replace('http:', 'ws:'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
    });
    const answers = await Array.fromAsync(socket.iterate({ query }));
    assert.equal(answers[0]?.errors?.[0]?.extensions?.['code'], 'TOO_MANY_REQUESTS');
    // What is no stream is not counted as one.
    assert.equal((await readCompany(await clientOf('sue', 'customer'), id)).status, 'QUEUED');

    first.abort();
    // The server sees the connection's end when it comes.
    while ((await open()).status === 429) await pause(20);
    leaving.abort();
    await socket.dispose();
  });
});

describe('requests', () => {
  test('requests per minute are limited for a customer without delaying others', async () => {
    const hasty = `Bearer ${await tokenOf('hasty', 'customer')}`;
    // The minute may end among them, and once only.
    const answers = await Promise.all(
      Array.from({ length: 121 }, () => ask(url, { headers: { authorization: hasty } })),
    );
    const refused = answers.find(({ status }) => status === 429);
    const seconds = Number(refused?.headers['retry-after']);
    assert.ok(seconds >= 1 && seconds <= 60, `within a minute: ${seconds}`);
    assert.match(
      refused?.text ?? '',
      /"code":"TOO_MANY_REQUESTS","quota":"REQUESTS_PER_MINUTE","limit":60,"retryAfterSeconds":\d/,
    );
    assert.ok(answers.filter(({ status }) => status === 200).length >= 60);
    const others = [await tokenOf('joe', 'customer'), await tokenOf('olga', 'operator')];
    for (const token of others)
      assert.equal((await ask(url, { headers: { authorization: `Bearer ${token}` } })).status, 200);
  });

  test('each mutation of an operation counts as a request', async () => {
    const authorization = `Bearer ${await tokenOf('thrifty', 'customer')}`;
    const fields = Array.from({ length: 50 }, (_, field) => `f${field}: deleteDraft(companyId: "none") { __typename }`);
    const body = JSON.stringify({ query: `mutation { ${fields.join(' ')} }` });
    const answers = [];
    // The minute may end among them, and once only.
    for (let request = 0; request < 3; request += 1) answers.push(await ask(url, { headers: { authorization }, body }));
    const executed = answers.flatMap(({ text }) => text.match(/"NotFound"/g) ?? []).length;
    assert.ok(executed === 50 || executed === 100, `executed: ${executed}`);
    assert.match(answers.map(({ text }) => text).join(), /"code":"TOO_MANY_REQUESTS","quota":"REQUESTS_PER_MINUTE"/);
  });

  test('requests of operators are not limited', async () => {
    const olga = `Bearer ${await tokenOf('olga', 'operator')}`;
    const answers = await Promise.all(
      Array.from({ length: 121 }, () => ask(url, { headers: { authorization: olga } })),
    );
    assert.ok(answers.every(({ status }) => status === 200));
  });
});
