import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { ask } from './support/ask.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { labelsThatTellNothing, loopsOf, raised, rises, scrape } from './support/metrics-page.ts';
import { until } from './support/processes.ts';
import { createCompany, openTestService, requestFor, watchToEnd } from './support/test-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-metrics-'));
const faults = new Faults();
const host = faultyHost(openSandboxHost({ directory: join(folder, 'sites') }), faults);
const { service, url, clientOf, tokenOf } = await openTestService({ after }, { host, env: { DATA_DIR: folder } });
after(async () => rmSync(folder, { recursive: true, force: true }));
const jane = await clientOf('jane', 'customer');
const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;

describe('metrics of work', () => {
  test('a company that becomes ACTIVE and one that fails are counted, with their mails', async () => {
    const before = await scrape(url);
    faults.fail('set-up-company', new SiteHostError('SET_UP_FAILED', 'It could not be set up.'));
    const failing = await createCompany(jane, requestFor('failing.localhost'));
    await watchToEnd(jane, failing.id);
    const made = await createCompany(jane, requestFor('made.localhost'));
    await watchToEnd(jane, made.id);

    await rises(url, before, 'provisioning_attempt_duration_seconds_count', {
      '{outcome="SET_UP_FAILED"}': 1,
      '{outcome="ACTIVE"}': 1,
    });
    await rises(url, before, 'provisioning_claim_wait_seconds_count', { '': 2 });
    await rises(url, before, 'provisioning_step_duration_seconds_count', {
      '{step="preflight",outcome="done"}': 2,
      '{step="create-site",outcome="done"}': 2,
      '{step="install-app",outcome="done"}': 2,
      '{step="set-up-company",outcome="failed"}': 1,
      '{step="set-up-company",outcome="done"}': 1,
      '{step="verify",outcome="done"}': 1,
    });
    await rises(url, before, 'provisioning_mail_delivery_attempt_duration_seconds_count', {
      '{kind="SITE_FAILED",outcome="accepted"}': 1,
      '{kind="SITE_READY",outcome="accepted"}': 1,
    });
    const after = await scrape(url);
    const enqueued = raised(before, after, 'provisioning_jobs_enqueued_total');
    for (const queue of ['long', 'mail'])
      assert.ok((enqueued[`{queue="${queue}",outcome="enqueued"}`] ?? 0) >= 2, queue);
  });

  test('a running attempt shows its lease and nothing that waits', async () => {
    const goOn = faults.pause('create-site');
    const entered = faults.count('create-site');
    const { id } = await createCompany(jane, requestFor('held.localhost'));
    await faults.reached('create-site', { nth: entered + 1 });
    const held = await scrape(url);
    goOn();
    await watchToEnd(jane, id);

    assert.equal(held.get('provisioning_attempts_running'), 1);
    assert.ok(Number(held.get('provisioning_lease_oldest_seconds')) < 10);
    assert.ok(Number(held.get('provisioning_lease_left_least_seconds')) > 1);
    assert.equal(held.get('provisioning_companies_waiting'), 0);
    await until('nothing is left to do', async () => {
      const idle = await scrape(url);
      return idle.get('provisioning_attempts_running') === 0 && idle.get('provisioning_mails_waiting') === 0;
    });
    const idle = await scrape(url);
    assert.equal(idle.has('provisioning_lease_left_least_seconds'), false, 'there is no lease');
    assert.equal(idle.get('provisioning_companies_waiting_oldest_seconds'), 0);
    assert.equal(idle.get('provisioning_database_up'), 1);
    assert.ok(Number(idle.get('process_resident_memory_bytes')) > 1e6);
  });
});

test('no label of what work counts holds an id, a host name, an address or anything that was sent', async () => {
  assert.ok(labelsThatTellNothing(await scrape(url)).has('install-app'), 'companies were made before');
});

test('two services in one process count apart, and WORKER_PORT is ignored by one with an API', async (t) => {
  const options = { parts: { api: true, worker: false }, env: { WORKER_PORT: `${service.port}` } };
  const other = await openTestService(t, options);
  const operations = 'provisioning_graphql_operations_total';
  const [mine, before] = [await scrape(url), await scrape(other.url)];
  assert.deepEqual(raised(new Map(), before, operations), {});
  assert.deepEqual(await loopsOf(other.url), ['redis watch', 'rescuer', 'revocations']);
  assert.deepEqual([before.get('provisioning_workers_living'), before.get('provisioning_companies_stalled')], [0, 0]);
  await ask(other.url, { headers: { authorization } });
  await rises(other.url, before, operations, { '{type="query",outcome="answered"}': 1 });
  assert.deepEqual(raised(mine, await scrape(url), operations), {});
});
