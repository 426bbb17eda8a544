import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CancelProvisioningDocument, ProvisionCompanyDocument } from '../src/client/operations.ts';
import { createCompany, openTestService, readCompany, requestFor } from './support/test-service.ts';

// Without a worker: what is queued stays so.
const { clientOf } = await openTestService({ after }, { parts: { api: true, worker: false } });

describe('expected versions', async () => {
  const jane = await clientOf('jane', 'customer');
  const draft = async (name: string) =>
    (await createCompany(jane, requestFor(`${name}.localhost`, { draft: true }))).id;
  const provision = async (companyId: string, expectedVersion?: number) =>
    (await jane.execute(ProvisionCompanyDocument, { companyId, expectedVersion: expectedVersion ?? null }))
      .provisionCompany;
  const cancel = async (companyId: string, expectedVersion?: number) =>
    (await jane.execute(CancelProvisioningDocument, { companyId, expectedVersion: expectedVersion ?? null }))
      .cancelProvisioning;

  test('requests with the same expected version are made once, and all succeed', async () => {
    const id = await draft('once');
    const queued = await Promise.all(Array.from({ length: 10 }, () => provision(id, 1)));
    assert.deepEqual(new Set(queued.map(({ __typename }) => __typename)), new Set(['ProvisionCompanySuccess']));
    assert.equal((await readCompany(jane, id)).version, 2);
    const cancelled = await Promise.all(Array.from({ length: 10 }, () => cancel(id, 2)));
    assert.deepEqual(new Set(cancelled.map(({ __typename }) => __typename)), new Set(['CancelProvisioningSuccess']));
    assert.equal((await readCompany(jane, id)).version, 3);
  });

  test('a request is repeated with its expected version whatever happened after it', async () => {
    const id = await draft('later');
    await provision(id, 1);
    await cancel(id, 2);
    const { __typename, ...answer } = await provision(id, 1);
    assert.equal(__typename, 'ProvisionCompanySuccess');
    assert.partialDeepStrictEqual(answer, { company: { version: 3, status: 'DRAFT' } });
    assert.equal((await readCompany(jane, id)).status, 'DRAFT');
  });

  test('another version is a conflict that carries the present one, and changes nothing', async () => {
    const id = await draft('conflict');
    const present = { __typename: 'VersionConflict', company: { version: 1, status: 'DRAFT' } };
    for (const version of [0, -1, 2, 2 ** 31 - 1]) {
      assert.partialDeepStrictEqual(await provision(id, version), present);
      assert.partialDeepStrictEqual(await cancel(id, version), present);
    }
    await provision(id);
    assert.equal((await cancel(id, 1)).__typename, 'VersionConflict');
    assert.equal((await readCompany(jane, id)).version, 2);
  });

  test('without an expected version a repetition meets the status that the first request led to', async () => {
    const id = await draft('without');
    await provision(id);
    assert.equal((await provision(id)).__typename, 'WrongStatus');
  });
});
