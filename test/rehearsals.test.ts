import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import type { Client } from '../src/client/client.ts';
import { CancelProvisioningDocument, ProvisionCompanyDocument } from '../src/client/operations.ts';
import { readConfig } from '../src/config/read-config.ts';
import { rehearsals } from '../src/site-hosts/sandbox/rehearsals.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

/** The README's rows: the first label of a site's name, how its company ends, and the failure's reason. */
const rows = readFileSync('README.md', 'utf8').matchAll(/^\| `([a-z-]+)` \| (ACTIVE|FAILED)(?:, `([A-Z_]+)`)?/gm);
const documented = rows.map(([, label = '', status, reason]) => ({ label, status, reason })).toArray();

const open = async (env: Readonly<Record<string, string>>): Promise<Client> =>
  (await openTestService({ after }, { env: { WORKER_CONCURRENCY: '16', ...env } })).clientOf('jane', 'customer');
const jane = await open({});
const inHaste = await open({ PROVISION_TIMEOUT_SECONDS: '2' });

describe('a sandbox that fails on demand', { concurrency: 8, timeout: 120_000 }, () => {
  const requested = (client: Client, domain: string) => createCompany(client, requestFor(domain));

  test('the README lists every name on which the sandbox rehearses something', () => {
    assert.deepEqual(documented.map(({ label }) => label).sort(), Object.keys(rehearsals).sort());
  });

  for (const { label, status, reason } of documented) {
    test(`a site called ${label}.… ends as the README says: ${status} ${reason ?? ''}`, async () => {
      const client = label === 'time-out' ? inHaste : jane;
      const { id } = await requested(client, `${label}.acme.localhost`);
      const events = await watchToEnd(client, id);
      assert.deepEqual([events.at(-1)?.status, events.at(-1)?.reason], [status, reason ?? null]);
      const retries = events.filter(({ kind }) => kind === 'STEP_RETRYING').length;
      assert.equal(retries, label === 'retry-create-site' ? 2 : 0);
      if (status === 'ACTIVE') return;
      assert.match((await readCompany(client, id)).failure?.message ?? '', /^[A-Z].*\.$/);
      await client.execute(ProvisionCompanyDocument, { companyId: id });
      assert.equal((await watchToEnd(client, id)).at(-1)?.reason, reason);
    });
  }

  test('a slow site leaves time to cancel it', async () => {
    const { id } = await requested(jane, 'slow.cancelled.localhost');
    for await (const { kind } of jane.watch(id))
      if (kind === 'STEP_STARTED') await jane.execute(CancelProvisioningDocument, { companyId: id });
    assert.equal((await readCompany(jane, id)).failure?.reason, 'CANCELLED');
  });

  test('a name that only contains such a label is a site like any other', async () => {
    const { id } = await requested(jane, 'acme.fail-install-app.localhost');
    assert.equal((await watchToEnd(jane, id)).at(-1)?.status, 'ACTIVE');
  });

  test('production refuses to start on the sandbox', () => {
    assert.throws(() => readConfig({ NODE_ENV: 'production' }), /BENCH_PATH is missing/);
  });
});
