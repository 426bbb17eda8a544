import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createCompany, openTestService, readCompany, requestFor } from '../support/test-service.ts';
import { noStandIn, openStandInBench, rootPassword, type Switches } from './stand-in-bench.ts';

const adminPassword = 'canary Zq7x9WKu2';

/** What is in the log of a company that was provisioned on a stand-in with these switches. */
async function logOn(t: TestContext, switches: Switches) {
  const bench = await openStandInBench(t, { adminPassword: rootPassword });
  await bench.turn(switches);
  const { clientOf } = await openTestService(t, { host: bench.host });
  const jane = await clientOf('jane', 'customer');
  const { id } = await createCompany(jane, requestFor('logged.localhost', { adminPassword }));
  const lines = await Array.fromAsync(jane.readLog(id));
  const config = await bench.read('sites/logged.localhost/site_config.json');
  const text = lines.map((line) => line.text).join('\n');
  return { lines, text, config: config as { db_password?: string } | undefined, company: await readCompany(jane, id) };
}

describe('what a bench prints', { skip: noStandIn, timeout: 120_000 }, () => {
  test('the log has what each command of a bench prints, without the bars that were drawn over', async (t) => {
    const { lines, text, company } = await logOn(t, {});
    assert.equal(company.status, 'ACTIVE');
    assert.deepEqual([...new Set(lines.map(({ step }) => step))].slice(0, 2), ['create-site', 'install-app:erpnext']);
    assert.match(text, /^Installing frappe\.\.\.$/m);
    assert.match(text, /^Updating DocTypes for frappe .*\] 100%$/m);
    assert.doesNotMatch(text, /\] \d{1,2}%$/m);
  });

  for (const point of ['new-site', 'install-app'] as const) {
    test(`no password that ${point} prints is in the log`, async (t) => {
      const { text, config, company } = await logOn(t, { [point]: 'talk' });
      assert.equal(company.status, 'FAILED');
      assert.match(text, /db_password = \[secret\]$/m);
      assert.match(text, /root_password is '\[secret\]'/);
      for (const secret of [rootPassword, adminPassword, config?.db_password])
        assert.ok(secret && !text.includes(secret));
    });
  }

  test('of a hundred megabytes that a bench prints without a line break the log keeps a remark', async (t) => {
    const { lines, text } = await logOn(t, { 'install-app': 'flood' });
    assert.ok(lines.length < 500, `${lines.length} lines`);
    assert.match(text, /^\(more than 4000 characters on one line\)$/m);
  });
});
