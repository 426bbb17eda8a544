import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { signToken } from '../src/access/authenticate.ts';
import type { Role } from '../src/access/viewer.ts';
import { type Client, openClient } from '../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CreateCompanyDocument,
  type CreateCompanyInput,
  ProvisionCompanyDocument,
  TypedDocumentString,
} from '../src/client/operations.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const sites = mkdtempSync(join(tmpdir(), 'test-mutations-'));
const faults = new Faults();
const host = faultyHost(openSandboxHost({ directory: join(sites, 'sandbox') }), faults);
const { clientOf, url, service } = await openTestService({ after }, { host, times: { lease: 3_000, heartbeat: 100 } });
after(() => rmSync(sites, { recursive: true, force: true }));

const customer = await clientOf('jane', 'customer');
const portal = await clientOf('portal', 'partner');
const operator = await clientOf('olga', 'operator');
const withoutAddress = async (role: Role): Promise<Client> =>
  openClient(url, await signToken(service.jwtSecret, { subject: `nameless-${role}`, roles: [role] }, '1h'));
const namelessCustomer = await withoutAddress('customer');
const namelessPortal = await withoutAddress('partner');
const create = async (input: CreateCompanyInput, client = customer) =>
  (await client.execute(CreateCompanyDocument, { input })).createCompany;
const provision = async (companyId: string, client = customer) =>
  (await client.execute(ProvisionCompanyDocument, { companyId })).provisionCompany;
const cancel = async (companyId: string, client = customer) =>
  (await client.execute(CancelProvisioningDocument, { companyId })).cancelProvisioning;
const draft = (domain: string, changes: Partial<CreateCompanyInput> = {}) =>
  requestFor(domain, { draft: true, ...changes });
const WhomToMail = new TypedDocumentString<{ company: { customerEmail: string } | null }, { id: string }>(
  'query ($id: ID!) { company(id: $id) { customerEmail } }',
);
const idOf = (answer: Awaited<ReturnType<typeof create>>): string =>
  answer.__typename === 'CreateCompanySuccess' ? answer.company.id : assert.fail(JSON.stringify(answer));

describe('site names', () => {
  test('a site name is given once, whatever its case and whoever requests it', async () => {
    const { id } = await createCompany(customer, draft('taken.localhost'));
    const seen = new Map([
      [customer, { id }],
      [portal, null],
      [operator, { id }],
    ]);
    for (const [client, holder] of seen) {
      for (const domain of ['taken.localhost', 'Taken.localhost', 'TAKEN.LOCALHOST']) {
        const answer = await create(draft(domain), client);
        assert.partialDeepStrictEqual(answer, {
          ...{ __typename: 'SiteNameTaken', field: 'domain', domain: 'taken.localhost', holder },
          message: `The domain taken.localhost belongs to ${holder?.id ?? 'another company'}; choose another one.`,
        });
      }
    }
  });

  test('a site name is granted to exactly one of twenty concurrent requests', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, (_, index) => clientOf(`racer-${index}`, 'customer')));
    const answers = await Promise.all(clients.map((client) => create(draft('race.localhost'), client)));
    const kinds = answers.map(({ __typename }) => __typename);
    assert.equal(kinds.filter((kind) => kind === 'CreateCompanySuccess').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'SiteNameTaken').length, 19);
  });
});

describe('idempotency keys', () => {
  test('an idempotency key with the same input returns the same company, also for twenty concurrent requests', async () => {
    const input = draft('repeat.localhost', { idempotencyKey: 'order-1' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(input)));
    const ids = new Set([...answers, await create(input)].map(idOf));
    assert.equal(ids.size, 1);
    const [id = ''] = ids;
    assert.equal((await readCompany(customer, id)).version, 1);
  });

  for (const [field, value] of Object.entries({
    companyName: 'Another Ltd',
    adminPassword: 'another password',
    domain: 'another.localhost',
    apps: ['hrms'],
    draft: false,
  })) {
    test(`an idempotency key with another ${field} is refused`, async () => {
      const input = draft(`key-${field.toLowerCase()}.localhost`, { idempotencyKey: `order-2-${field}` });
      await createCompany(customer, input);
      assert.equal((await create({ ...input, [field]: value })).__typename, 'IdempotencyKeyReused');
    });
  }

  for (const [again, first, second] of [
    ['without a key', {}, {}],
    ['under a new key', { idempotencyKey: 'order-4' }, { idempotencyKey: 'order-5' }],
  ] as const) {
    test(`the same request again ${again} leads its sender, and nobody else, to the first one’s company`, async () => {
      const input = draft(`again-${again.replaceAll(' ', '-')}.localhost`);
      const { id } = await createCompany(customer, { ...input, ...first });
      const answers = [customer, portal].map((client) => create({ ...input, ...second }, client));
      for (const [index, holder] of [{ id }, null].entries())
        assert.partialDeepStrictEqual(await answers[index], { __typename: 'SiteNameTaken', holder });
      assert.equal((await readCompany(customer, id)).version, 1);
    });
  }

  test('an idempotency key belongs to its sender', async () => {
    const key = { idempotencyKey: 'order-3' };
    const mine = await createCompany(customer, draft('mine.localhost', key));
    const theirs = await createCompany(portal, draft('theirs.localhost', key));
    assert.notEqual(mine.id, theirs.id);
    assert.equal((await create(draft('mine.localhost', key), portal)).__typename, 'IdempotencyKeyReused');
  });
});

test('thirty concurrent companies get thirty ids', async () => {
  const domains = Array.from({ length: 30 }, (_, index) => `many-${index}.localhost`);
  const companies = await Promise.all(domains.map((domain) => createCompany(customer, draft(domain))));
  assert.equal(new Set(companies.map(({ id }) => id)).size, 30);
  for (const { id } of companies) assert.match(id, new RegExp(`^COMP-${new Date().getUTCFullYear()}-\\d{5}$`));
});

describe('moves', () => {
  test('a draft is queued once and becomes ACTIVE', async () => {
    const { id, status } = await createCompany(customer, draft('draft.localhost'));
    assert.equal(status, 'DRAFT');
    await assertWrongStatus(cancel(id), 'DRAFT');
    const release = faults.pause('create-site');
    const answers = await Promise.all(Array.from({ length: 10 }, () => provision(id)));
    assert.equal(answers.filter(({ __typename }) => __typename === 'ProvisionCompanySuccess').length, 1);
    assert.equal(answers.filter(({ __typename }) => __typename === 'WrongStatus').length, 9);
    release();
    const events = await watchToEnd(customer, id);
    assert.deepEqual([...new Set(events.map((event) => event.status))], ['DRAFT', 'QUEUED', 'PROVISIONING', 'ACTIVE']);
    assert.equal((await readCompany(customer, id)).attempt, 1);
    await assertWrongStatus(provision(id), 'ACTIVE');
    await assertWrongStatus(cancel(id), 'ACTIVE');
  });

  test('waiting and running companies cannot be queued again but can be cancelled', async () => {
    const entered = faults.count('create-site');
    faults.pause('create-site');
    const working = await createCompany(customer, requestFor('working.localhost'));
    await faults.reached('create-site', { nth: entered + 1 });
    const waiting = await createCompany(customer, requestFor('waiting.localhost'));
    await assertWrongStatus(provision(working.id), 'PROVISIONING');
    await assertWrongStatus(provision(waiting.id), 'QUEUED');

    const withdrawn = await cancel(waiting.id);
    if (withdrawn.__typename !== 'CancelProvisioningSuccess') assert.fail(JSON.stringify(withdrawn));
    assert.equal(withdrawn.company.status, 'DRAFT');
    assert.equal((await cancel(working.id)).__typename, 'CancelProvisioningSuccess');
    const events = await watchToEnd(customer, working.id);
    assert.equal(events.at(-1)?.status, 'FAILED');
    const { failure, siteStatus } = await readCompany(customer, working.id);
    assert.equal(failure?.reason, 'CANCELLED');
    assert.equal(siteStatus, 'NOT_CREATED');
  });

  test('a failed company can be retried but not cancelled', async () => {
    faults.fail('create-site', new SiteHostError('HOST_UNAVAILABLE', 'The disk is full.'));
    const { id } = await createCompany(customer, requestFor('failed.localhost'));
    const events = await watchToEnd(customer, id);
    assert.equal(events.at(-1)?.reason, 'HOST_UNAVAILABLE');
    await assertWrongStatus(cancel(id), 'FAILED');
    assert.equal((await provision(id)).__typename, 'ProvisionCompanySuccess');
    assert.equal((await watchToEnd(customer, id, events.length)).at(-1)?.status, 'ACTIVE');
    assert.equal((await readCompany(customer, id)).attempt, 2);
  });

  const nowhere = ['COMP-2026-99999', 'COMP-1999-00001', 'comp-2026-00001', 'COMP-2026-1', '', ' ', "' or 1=1 --"];
  for (const id of [...nowhere, 'COMP-2026-00001\u0000', 'COMP-2026-00001\n', `COMP-2026-${'9'.repeat(5_000)}`]) {
    test(`an id without a company is not found: ${JSON.stringify(id).slice(0, 40)}`, async () => {
      assert.equal((await provision(id, operator)).__typename, 'NotFound');
      assert.equal((await cancel(id, operator)).__typename, 'NotFound');
    });
  }

  async function assertWrongStatus(move: ReturnType<typeof provision> | ReturnType<typeof cancel>, status: string) {
    const answer = await move;
    if (answer.__typename !== 'WrongStatus') assert.fail(JSON.stringify(answer));
    assert.equal(answer.status, status);
  }
});

describe('the mailed address', () => {
  const own = (subject: string): string => `${subject}@customers.example`;
  const named = 'ann@client.example';
  const cases: readonly [who: string, client: Client, given: string | null | undefined, expected: string][] = [
    ['a customer who gives nothing', customer, undefined, own('jane')],
    ['a customer who gives null', customer, null, own('jane')],
    ['a customer who gives their own address', customer, own('jane'), own('jane')],
    ['a customer who gives another address', customer, named, 'NOT_ALLOWED'],
    ['a customer without an address', namelessCustomer, undefined, 'REQUIRED'],
    ['a customer without an address who gives one', namelessCustomer, named, 'NOT_ALLOWED'],
    ['a customer without an address who gives an empty one', namelessCustomer, '', 'NOT_ALLOWED'],
    ['a partner who gives an address', portal, named, named],
    ['a partner who gives nothing', portal, undefined, own('portal')],
    ['a partner without an address', namelessPortal, undefined, 'REQUIRED'],
    ['a partner without an address who gives one', namelessPortal, named, named],
    ['an operator who gives an address', operator, named, named],
    ['an operator who gives nothing', operator, undefined, own('olga')],
  ];
  for (const [index, [who, client, customerEmail, expected]] of cases.entries()) {
    test(`the mail goes to the right address for ${who}: ${expected}`, async () => {
      const input = draft(`mail-${index}.localhost`, customerEmail === undefined ? {} : { customerEmail });
      const answer = await create(input, client);
      if (answer.__typename === 'ValidationError') {
        assert.deepEqual(
          answer.faults.map(({ field, code }) => [field, code]),
          [['customerEmail', expected]],
        );
      } else {
        const { company } = await client.execute(WhomToMail, { id: idOf(answer) });
        assert.equal(company?.customerEmail, expected);
      }
    });
  }
});
