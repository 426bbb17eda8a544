import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ProvisionCompanyDocument, TypedDocumentString } from '../src/client/operations.ts';
import { ask } from './support/ask.ts';
import { until } from './support/processes.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

// Without a worker: what is queued stays so. Few streams, so that the limit can be reached.
const { clientOf, tokenOf, url } = await openTestService(
  { after },
  { parts: { api: true, worker: false }, env: { CUSTOMER_STREAMS: '12' } },
);

interface Variables {
  readonly id: string;
  readonly afterVersion?: number | null;
  readonly waitSeconds?: number | null;
}
interface Answer {
  readonly company: { readonly status: string; readonly version: number } | null;
}
const Company = new TypedDocumentString<Answer, Variables>(`
  query ($id: ID!, $afterVersion: Int, $waitSeconds: Int) {
    company(id: $id, afterVersion: $afterVersion, waitSeconds: $waitSeconds) { status version }
  }`);

let drafts = 0;
async function openDraft() {
  drafts += 1;
  const client = await clientOf(`jane-${drafts}`, 'customer');
  const { id } = await createCompany(client, requestFor(`waited-${drafts}.localhost`, { draft: true }));
  const query = (variables: Omit<Variables, 'id'>) => client.execute(Company, { id, ...variables });
  const provision = () => client.execute(ProvisionCompanyDocument, { companyId: id });
  return { client, id, query, provision };
}

describe('company(afterVersion)', () => {
  test('answers at once when there is a newer version', async () => {
    const { query } = await openDraft();
    assert.deepEqual(await query({ afterVersion: 0, waitSeconds: 30 }), { company: { status: 'DRAFT', version: 1 } });
  });

  test('waits for the next event and answers with the company after it', async () => {
    const { query, provision } = await openDraft();
    let isAnswered = false;
    const waiting = query({ afterVersion: 1 }).finally(() => {
      isAnswered = true;
    });
    // Another request of the same customer runs meanwhile, and changes nothing.
    assert.equal((await query({})).company?.version, 1);
    assert.equal(isAnswered, false);
    await provision();
    assert.deepEqual(await waiting, { company: { status: 'QUEUED', version: 2 } });
  });

  test('answers with the company as it is once the time is over', async () => {
    const { query } = await openDraft();
    for (const waitSeconds of [0, 1])
      assert.deepEqual(await query({ afterVersion: 1, waitSeconds }), { company: { status: 'DRAFT', version: 1 } });
  });

  for (const [variables, field] of [
    [{ afterVersion: 2 }, 'afterVersion'],
    [{ afterVersion: -1 }, 'afterVersion'],
    [{ afterVersion: 1, waitSeconds: 31 }, 'waitSeconds'],
    [{ afterVersion: 1, waitSeconds: -1 }, 'waitSeconds'],
    [{ waitSeconds: 5 }, 'afterVersion'],
  ] as const) {
    test(`refuses ${JSON.stringify(variables)} and names ${field}`, async () => {
      const { id } = await openDraft();
      const { text } = await ask(url, {
        headers: { authorization: `Bearer ${await tokenOf(`jane-${drafts}`, 'customer')}` },
        body: JSON.stringify({ query: Company.toString(), variables: { id, ...variables } }),
      });
      assert.equal(JSON.parse(text).errors[0].extensions.field, field);
    });
  }

  test('is null for a company of others, without waiting', async () => {
    const { id } = await openDraft();
    const stranger = await clientOf('a stranger', 'customer');
    assert.deepEqual(await stranger.execute(Company, { id, afterVersion: 1 }), { company: null });
  });

  test('leaves its place to other operations, and counts as a stream', async () => {
    const { client, id, query, provision } = await openDraft();
    // More than run at once of one viewer.
    const waiting = Array.from({ length: 12 }, () => query({ afterVersion: 1 }));
    const refused = await query({ afterVersion: 1 }).catch((error: Error) => error);
    assert.match(String(refused), /12 streams/);
    await provision();
    for (const { company } of await Promise.all(waiting)) assert.equal(company?.version, 2);
    // Their places as streams are free again.
    assert.equal((await client.execute(Company, { id, afterVersion: 2, waitSeconds: 0 })).company?.version, 2);
  });

  test('waits once for several companies in one operation', async () => {
    const { client, id, provision } = await openDraft();
    const Both = new TypedDocumentString<{ one: object; two: object }, { id: string }>(`query ($id: ID!) {
      one: company(id: $id, afterVersion: 1) { version }
      two: company(id: $id, afterVersion: 1) { version }
    }`);
    const waiting = client.execute(Both, { id });
    await provision();
    assert.deepEqual(await waiting, { one: { version: 2 }, two: { version: 2 } });
  });

  test('ends for a client that leaves', async () => {
    const { id, query } = await openDraft();
    const leaving = new AbortController();
    const token = await tokenOf(`jane-${drafts}`, 'customer');
    const request = {
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: Company.toString(), variables: { id, afterVersion: 1 } }),
      signal: leaving.signal,
    };
    // One that is refused, since the question below has its place at that moment, is sent again.
    const wait = async () => {
      while (/12 streams/.test((await ask(url, request)).text));
    };
    const left = Array.from({ length: 12 }, () => wait().catch(() => 'left'));
    const isFull = async (): Promise<boolean> =>
      /12 streams/.test(String(await query({ afterVersion: 1, waitSeconds: 0 }).catch((error: Error) => error)));
    await until('all of them wait', isFull);
    leaving.abort();
    assert.ok((await Promise.all(left)).every((outcome) => outcome === 'left'));
    await until('their places are free', async () => !(await isFull()));
  });
});
