import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateCompaniesDocument } from '../../src/client/operations.ts';
import { serversMissing } from '../support/private-servers.ts';
import { openCluster, until } from '../support/processes.ts';
import { requestFor } from '../support/test-service.ts';

test('many companies are each created once when their request is sent twice and an API is killed half-way', {
  skip: serversMissing,
  timeout: 300_000,
}, async (t) => {
  const cluster = await openCluster();
  t.after(() => cluster.close());
  const [killed, living] = await Promise.all([cluster.startApi(), cluster.startApi()]);
  const inputs = Array.from({ length: 100 }, (_, line) =>
    requestFor(`many-${line}.localhost`, { idempotencyKey: `line-${line}`, customerEmail: 'jane@acme.example' }),
  );
  const sendTo = async (api: typeof killed) =>
    (await api.clientOf('portal', 'partner')).execute(CreateCompaniesDocument, { inputs });
  const idsIn = ({ createCompanies }: Awaited<ReturnType<typeof sendTo>>): readonly string[] =>
    createCompanies.map((line) =>
      line?.__typename === 'CreateCompanySuccess' ? line.company.id : assert.fail(JSON.stringify(line)),
    );
  const created = () =>
    cluster.query<{ id: string; idempotency_key: string }>('select id, idempotency_key from company');

  const lost = sendTo(killed).then(
    () => assert.fail('It was answered before the API was killed.'),
    (error: unknown) => error,
  );
  await until('some are created', async () => (await created()).length > 0);
  await killed.end('SIGKILL');
  await lost;
  const before = await created();
  t.diagnostic(`killed after ${before.length} of ${inputs.length}`);
  assert.ok(before.length < inputs.length);

  const [ids, again] = (await Promise.all([sendTo(living), sendTo(living)])).map(idsIn);
  assert.deepEqual(again, ids);
  assert.equal(new Set(ids).size, inputs.length);
  for (const { id, idempotency_key: key } of before) assert.equal(ids?.[Number(key.split('-')[1])], id);
  assert.equal((await created()).length, inputs.length);
  const events = await cluster.query<{ company_id: string }>(
    `select company_id from company_event where kind = 'CREATED'`,
  );
  const audited = await cluster.query<{ company_id: string }>(
    `select distinct company_id from audit_entry where action = 'CREATE_COMPANY' and outcome = 'CreateCompanySuccess'`,
  );
  for (const rows of [events, audited]) assert.deepEqual(rows.map((row) => row.company_id).sort(), ids?.toSorted());
});
