import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type GraphQLNamedType, getNamedType, isObjectType, isUnionType } from 'graphql';
import { schema } from '../schema/index.ts';
import { ServiceStatusDocument } from '../src/client/operations.ts';
import { ask } from './support/ask.ts';
import { openOperatedService } from './support/operated-service.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const { server, faults, url, clientOf, tokenOf, serviceStatus, endedCompany, undelivered } = await openOperatedService({
  after,
});

test('operators see running and waiting companies', { timeout: 120_000 }, async () => {
  const idle = await serviceStatus();
  assert.deepEqual([idle.waiting, idle.oldestWaitingSince, idle.running, idle.runningCount], [0, null, [], 0]);
  const [worker] = idle.workers;
  assert.deepEqual([idle.workerCount, idle.stalled, worker?.lateLoops], [1, 0, []]);

  const before = Date.now();
  const release = faults.pause('create-site');
  const client = await clientOf('busy', 'customer');
  const held = await createCompany(client, requestFor('held.localhost'));
  await faults.reached('create-site');
  const queued = await createCompany(client, requestFor('queued.localhost'));
  const { waiting, oldestWaitingSince, running, runningCount } = await serviceStatus();
  assert.deepEqual([waiting, runningCount, running.length], [1, 1, 1]);
  assert.ok(Date.parse(oldestWaitingSince ?? '') >= before);
  const [attempt] = running;
  assert.ok(attempt);
  assert.deepEqual([attempt.company.id, attempt.company.status, attempt.claims], [held.id, 'PROVISIONING', 1]);
  assert.match(attempt.worker, new RegExp(`-${process.pid}-`));
  assert.equal(attempt.worker, worker?.name);
  const [since, until, deadline] = [attempt.heldSince, attempt.leasedUntil, attempt.deadlineAt].map(Date.parse);
  assert.ok(since && until && deadline && before <= since && since < until && until < deadline);
  assert.ok(Math.abs(deadline - since - 600_000) < 1_000, 'an attempt has ten minutes');
  assert.ok(attempt.leaseAgeSeconds >= 0 && attempt.leaseAgeSeconds <= 30);

  release();
  for (const { id } of [held, queued]) await watchToEnd(client, id);
  const done = await serviceStatus();
  assert.deepEqual([done.waiting, done.oldestWaitingSince, done.runningCount], [0, null, 0]);
});

test('a company that waits while no worker lives is STALLED, and operators see why', {
  timeout: 120_000,
}, async (t) => {
  const lonely = await openTestService(t, { parts: { api: true, worker: false } });
  const customer = await lonely.clientOf('patient', 'customer');
  const { id } = await createCompany(customer, requestFor('patient.localhost'));
  const { health, status } = await readCompany(customer, id);
  assert.deepEqual([status, health?.state, health?.nextTryAt], ['QUEUED', 'STALLED', null]);
  assert.doesNotMatch(health?.reason ?? assert.fail('no reason'), /worker|database|queue/i);
  const { serviceStatus: seen } = await (await lonely.clientOf('olga', 'operator')).execute(ServiceStatusDocument, {
    first: 1,
  });
  assert.deepEqual([seen.waiting, seen.stalled, seen.workerCount, seen.workers], [1, 1, 0, []]);
});

describe('other roles', () => {
  /** Every way from this type to a value, e.g. `{ running { claims } }`; of a company its id is enough. */
  const waysThrough = (type: GraphQLNamedType): readonly string[] => {
    if (isUnionType(type)) {
      return type.getTypes().flatMap((member) => waysThrough(member).map((way) => `{ ... on ${member} ${way} }`));
    }
    if (!isObjectType(type)) return [''];
    const fields = Object.values(type.getFields()).filter(({ name }) => type.name !== 'Company' || name === 'id');
    return fields.flatMap((field) => waysThrough(getNamedType(field.type)).map((way) => `{ ${field.name} ${way} }`));
  };
  const waysFrom = (name: string) => waysThrough(schema.getType(name) ?? assert.fail(name));

  for (const role of ['customer', 'partner'] as const) {
    test(`a ${role} sees nothing of the service status and changes nothing, not even for their own company`, async () => {
      const company = await endedCompany(`nosy-${role}`, 'refuse');
      const mail = await undelivered(company);
      const asking = `resendMail(mailId: "${mail.id}", recipient: "eve@evil.example")`;
      const queries = [
        ...waysFrom('ServiceStatus').map((way) => `{ serviceStatus ${way} }`),
        ...waysFrom('ResendMailResult').map((way) => `mutation { ${asking} ${way} }`),
      ];
      assert.ok(queries.length > 40, `${queries.length} queries`);
      const headers = { authorization: `Bearer ${await tokenOf(`nosy-${role}`, role)}` };
      for (const query of queries) {
        const { text } = await ask(url, { headers, body: JSON.stringify({ query }) });
        const { data, errors }: Refusal = JSON.parse(text);
        assert.deepEqual([data, errors.map(({ extensions }) => extensions.code)], [null, ['FORBIDDEN']], query);
      }
      assert.deepEqual(await undelivered(company), mail);
      assert.equal(server.triesTo('eve@evil.example'), 0);
    });
  }
});
interface Refusal {
  readonly data: null;
  readonly errors: readonly { readonly extensions: { readonly code: string } }[];
}
