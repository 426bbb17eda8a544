// A tenant's tokens share companies, whoever they were issued to; tenants, subjects and customers stay apart.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { signToken } from '../src/access/authenticate.ts';
import type { Role } from '../src/access/viewer.ts';
import { openClient } from '../src/client/client.ts';
import { AuditLogDocument, CompaniesDocument, CreateCompanyDocument } from '../src/client/operations.ts';
import { ownerOf } from '../src/company/requester.ts';
import { ask } from './support/ask.ts';
import { openCompanyStore } from './support/company-store.ts';
import { readme } from './support/readme.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const env = { AUTH_TENANT_CLAIM: 'tenant', PARTNER_COMPANIES_PER_DAY: '3', PARTNER_REQUESTS_PER_MINUTE: '40' };
const { service, url } = await openTestService({ after }, { env, parts: { api: true, worker: false } });

const tokenOf = (subject: string, role: Role, claims: Record<string, unknown> = {}): Promise<string> =>
  signToken(service.jwtSecret, { subject, email: `${subject}@customers.example`, roles: [role] }, '1h', {}, claims);
const clientOf = async (subject: string, role: Role, tenant?: string) =>
  openClient(url, await tokenOf(subject, role, tenant === undefined ? {} : { tenant }));
const draft = (domain: string, changes = {}) => requestFor(domain, { draft: true, ...changes });
async function idsSeenBy(client: Awaited<ReturnType<typeof clientOf>>): Promise<string[]> {
  const { companies } = await client.execute(CompaniesDocument, {});
  return companies.edges.map(({ node }) => node.id);
}

describe('tenants', () => {
  test('all tokens of a tenant see the same companies and share idempotency keys', async () => {
    const [ann, bob] = [await clientOf('ann', 'partner', 'shop'), await clientOf('bob', 'partner', 'shop')];
    const request = draft('shared.localhost', { idempotencyKey: 'order-1' });
    const { id } = await createCompany(ann, request);
    assert.equal((await createCompany(bob, request)).id, id);
    assert.deepEqual(await idsSeenBy(bob), [id]);
  });

  test('a tenant, another tenant and a subject of its name see nothing of each other', async () => {
    const others = [
      await clientOf('ann', 'partner', 'another'),
      await clientOf('shop', 'partner'),
      await clientOf('shop', 'customer'),
      await clientOf('ann', 'partner'),
    ];
    for (const other of others) assert.deepEqual(await idsSeenBy(other), []);
    const request = draft('apart.localhost', { idempotencyKey: 'order-1' });
    const { id } = await createCompany(await clientOf('shop', 'partner'), request);
    assert.deepEqual(await idsSeenBy(await clientOf('shop', 'customer')), [id], 'the same subject');
    assert.deepEqual(await idsSeenBy(await clientOf('ann', 'partner', 'another')), []);
  });

  test('a customer’s token acts for the customer alone, whatever its tenant claim says', async () => {
    for (const tenant of ['shop', 7]) {
      const customer = openClient(url, await tokenOf('carl', 'customer', { tenant }));
      assert.deepEqual(await idsSeenBy(customer), []);
    }
  });

  test('a partner’s token with a malformed tenant claim is refused, without quoting it', async () => {
    for (const tenant of ['', 'tenant\u001Fshop', 'x'.repeat(256), 7, null, ['shop']]) {
      const authorization = `Bearer ${await tokenOf('ann', 'partner', { tenant })}`;
      const { status, text } = await ask(url, { headers: { authorization } });
      assert.equal(status, 401);
      assert.match(text, /claim that names the tenant/);
      assert.ok(!text.includes('shop'));
    }
  });

  test('a tenant’s quotas count the companies and requests of all its tokens', async () => {
    const subjects = ['dan', 'eve', 'fay', 'gus'];
    const answers = [];
    for (const [number, subject] of subjects.entries()) {
      const client = await clientOf(subject, 'partner', 'quota');
      const input = draft(`quota-${number}.localhost`);
      answers.push((await client.execute(CreateCompanyDocument, { input })).createCompany.__typename);
    }
    const created = 'CreateCompanySuccess';
    assert.deepEqual(answers, [created, created, created, 'QuotaExceeded']);
    const statuses = new Set<number | undefined>();
    for (let sent = 0; sent < 50; sent += 1) {
      const authorization = `Bearer ${await tokenOf(`person-${sent}`, 'partner', { tenant: 'quota' })}`;
      statuses.add((await ask(url, { headers: { authorization } })).status);
    }
    assert.deepEqual([...statuses], [200, 429]);
  });

  test('a stream token opens the stream of its maker’s tenant', async () => {
    const { id } = await createCompany(await clientOf('hal', 'partner', 'streams'), draft('stream.localhost'));
    const authorization = `Bearer ${await tokenOf('ida', 'partner', { tenant: 'streams' })}`;
    const mutation = `mutation { createStreamToken(companyId: "${id}") { ... on CreateStreamTokenSuccess { token } } }`;
    const { text } = await ask(url, { headers: { authorization }, body: JSON.stringify({ query: mutation }) });
    const streamToken = JSON.parse(text).data.createStreamToken.token;
    const query = `subscription { companyStatusChanged(companyId: "${id}", sinceVersion: 0) { version } }`;
    const stream = new AbortController();
    const response = await fetch(`${url}?${new URLSearchParams({ query, streamToken })}`, {
      headers: { accept: 'text/event-stream' },
      signal: stream.signal,
    });
    const { value } = (await response.body?.getReader().read()) ?? {};
    stream.abort();
    assert.match(Buffer.from(value ?? []).toString(), /"version":1/);
  });

  test('the audit log names the person and the tenant', async () => {
    const client = await clientOf('ivy', 'partner', 'audited');
    await createCompany(client, draft('audited.localhost'));
    const { auditLog } = await (await clientOf('olga', 'operator')).execute(AuditLogDocument, {
      filter: { subject: 'ivy' },
      first: 1,
    });
    const { subject, tenant, outcome } = auditLog.edges[0]?.node ?? {};
    assert.deepEqual([subject, tenant, outcome], ['ivy', 'audited', 'CreateCompanySuccess']);
  });
});

test('the README’s statement gives a subject’s companies, and no others, to a tenant', async () => {
  const { create, set, db, em } = await openCompanyStore(after);
  const [portals, janes] = [await create('portals'), await create('janes')];
  await set(portals.id, "created_by = 'portal'");
  const [statement = ''] = /^ {4}update company set created_by = .*$/m.exec(readme) ?? [];
  await em.getConnection().execute(statement);
  const owners = await db.selectFrom('company').select(['id', 'created_by']).orderBy('id').execute();
  assert.deepEqual(owners, [
    { id: portals.id, created_by: ownerOf({ tenant: 'acme' }) },
    { id: janes.id, created_by: 'jane' },
  ]);
});
