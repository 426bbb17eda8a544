import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { z } from 'zod';
import type { SiteHost } from '../../src/provisioning/site-host.ts';
import { openAgent } from '../../src/site-hosts/bench/agent.ts';
import type { BenchConfig } from '../../src/site-hosts/bench/bench-config.ts';
import { openBenchHost } from '../../src/site-hosts/bench/bench-host.ts';
import { checkBench } from '../../src/site-hosts/bench/check-bench.ts';
import { acme, ever, failureOf, siteUrl, stepOf } from '../support/site-plan.ts';
import { noStandIn, openStandInBench } from './stand-in-bench.ts';

const site = {
  exists: true,
  apps: acme.apps,
  companies: [{ name: acme.companyName, abbr: acme.companyAbbr, default_currency: 'USD', country: acme.country }],
  defaults: { 'the fiscal year': true },
  appName: null,
  country: acme.country,
  spelledCountry: acme.country,
  timeZone: 'America/New_York',
  setUp: true,
  schedulerRuns: true,
  configMode: '0o600',
  address: 'https://acme.localhost',
  link: 'https://acme.localhost/update-password',
  userCanLogIn: true,
  isSystemManager: true,
};

/** What a driver replies that does everything. */
const replies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  apps: { apps: ['frappe', ...acme.apps] },
  describe: { version: '15.1.0', python: '3.12.1', apps: ['frappe'] },
  preflight: { apps: ['frappe', ...acme.apps] },
  look: { finished: false },
  create_site: { template: null },
  remove_site: {},
  install_app: {},
  forget_step: {},
  set_up_company: {},
  set_address: {},
  inspect: site,
  settle_site: {},
};

const run = (name: string) => (host: SiteHost) => stepOf(host, acme, name).run({ signal: ever, progress() {} });

/** What requests each action on a site. */
const requests: Readonly<Record<string, (host: SiteHost) => Promise<unknown>>> = {
  preflight: run('preflight'),
  look: (host) => stepOf(host, acme, 'create-site').check(ever),
  create_site: run('create-site'),
  remove_site: (host) => stepOf(host, acme, 'create-site').undo(ever),
  install_app: run('install-app:erpnext'),
  forget_step: (host) => stepOf(host, acme, 'install-app:erpnext').undo(ever),
  set_up_company: run('set-up-company'),
  set_address: run('verify'),
  inspect: run('verify'),
  settle_site: run('verify'),
};

/** Replies of a wrong shape, by what the detail reports of them. */
const wrong: Readonly<Record<string, readonly [action: string, value: unknown, fault: RegExp]>> = {
  'apps that are one text': ['preflight', { apps: 'frappe' }, /expected array, received string\n.*at apps/],
  'a look that is missing': ['look', {}, /expected boolean, received undefined\n.*at finished/],
  'a template that is a number': ['create_site', { template: 1 }, /expected array, received number\n.*at template/],
  'a list for the companies’ object': ['inspect', { ...site, companies: [[]] }, /at companies\[0\]/],
  'a site that says both': ['inspect', { ...site, exists: 'yes' }, /at exists/],
  'nothing at all': ['settle_site', null, /expected object, received null/],
};

describe('a reply that does not keep to the protocol', { timeout: 60_000 }, () => {
  for (const [action, request] of Object.entries(requests)) {
    test(`${action} succeeds by the reply that has the protocol’s shape`, async (t) => {
      await request(openBenchHost(await scriptedBench(t, {}), siteUrl));
    });

    test(`${action} with a field that the protocol does not know fails as a SiteHostError`, async (t) => {
      const value = { ...replies[action], surplus: acme.adminPassword };
      const failure = await failureOf(request(await hostThatReplies(t, action, value)));
      assert.deepEqual(
        [failure.reason, failure.message, failure.transient],
        ['HOST_UNAVAILABLE', 'The bench gave an unexpected reply.', false],
      );
      assert.match(failure.detail ?? '', new RegExp(`reply to ${action} does not keep`));
      assert.match(failure.detail ?? '', /Unrecognized key: "surplus"/);
      assert.doesNotMatch(failure.detail ?? '', /canary/);
    });
  }

  for (const [title, [action, value, fault]] of Object.entries(wrong)) {
    test(`${action} with ${title} fails as a SiteHostError whose detail names the fault`, async (t) => {
      const failure = await failureOf(requests[action]?.(await hostThatReplies(t, action, value)) ?? Promise.resolve());
      assert.equal(failure.message, 'The bench gave an unexpected reply.');
      assert.match(failure.detail ?? '', fault);
      assert.match(failure.detail ?? '', /^\[secret\] was printed\n/);
    });
  }

  test('a secret in the name of an unknown field is not in the detail', async (t) => {
    const host = await hostThatReplies(t, 'look', { finished: true, 'canary-db': 1, [acme.adminPassword]: 1 });
    const failure = await failureOf(requests['look']?.(host) ?? Promise.resolve());
    assert.match(failure.detail ?? '', /Unrecognized keys: "\[secret\]", "\[secret\]"/);
    assert.doesNotMatch(failure.detail ?? '', /canary/);
  });

  for (const [title, message] of Object.entries({
    'that is not JSON': '{"value": canary',
    'of an unknown kind': '{"canary-db": 1}',
    'without an exit code': { code: null },
    'that refuses by an unknown word': { refused: 'canary-db' },
    'with a field of another version': { elapsed: 1 },
  })) {
    test(`a message ${title} fails the step, and its output stays out of the detail`, async (t) => {
      const host = openBenchHost(await scriptedBench(t, { look: message }), siteUrl);
      const failure = await failureOf(stepOf(host, acme, 'create-site').check(ever));
      assert.equal(failure.message, 'The bench gave an unexpected reply.');
      assert.match(failure.detail ?? '', /^The driver’s reply to look does not keep to the protocol\.\n/);
      assert.doesNotMatch(failure.detail ?? '', /was printed/);
      // Its process was ended, and another one answers.
      const { reason } = await failureOf(stepOf(host, acme, 'create-site').check(ever));
      assert.equal(reason, 'HOST_UNAVAILABLE');
    });
  }

  test('the list of apps of a wrong shape rejects, and is requested again', async (t) => {
    const host = await hostThatReplies(t, 'apps', { apps: [1] });
    for (const _ of ['first', 'second']) await assert.rejects(host.offeredApps(), { name: 'UnexpectedReply' });
    const right = openBenchHost(await scriptedBench(t, {}), siteUrl);
    assert.deepEqual(await right.offeredApps(), acme.apps);
  });

  test('a description of a wrong shape is a fault of BENCH_PATH in one line', async (t) => {
    const config = await scriptedBench(t, { describe: { value: { version: 15, python: '3', apps: [] } } });
    await assert.rejects(checkBench(config), {
      message: /^BENCH_PATH: .*expected string, received number.*at version$/,
    });
    assert.equal((await checkBench(await scriptedBench(t, {}))).version, '15.1.0');
  });
});

describe('a request that does not keep to the protocol', { skip: noStandIn, timeout: 60_000 }, () => {
  const claim = { site: acme.siteName, company: acme.owner, fencingToken: 1, adoptSince: null };
  const cases: Readonly<Record<string, readonly [name: string, args: object, ofASite: boolean, error: string]>> = {
    'an unknown action': ['drop_all', {}, true, 'There is no action drop_all'],
    'an unknown parameter': ['look', { step: 'x', other: 1 }, true, 'look does not take other'],
    'a missing parameter': ['create_site', { apps: [] }, true, 'create_site needs administratorPassword, database'],
    'a part of the claim among the parameters': ['remove_site', { site: 'x' }, true, 'remove_site does not take site'],
    'no claim where one is needed': ['look', { step: 'x' }, false, 'look needs a claim'],
    'a claim where none is taken': ['apps', {}, true, 'apps takes no claim'],
  };
  for (const [title, [name, args, ofASite, error]] of Object.entries(cases)) {
    test(`the driver refuses ${title}, and changes nothing`, async (t) => {
      const bench = await openStandInBench(t);
      const action = { name, arguments: z.looseObject({}), reply: z.looseObject({}) };
      const reply = await openAgent(bench.config).ask(action, { ...args }, { signal: ever, ...(ofASite && { claim }) });
      assert.deepEqual([reply.value, reply.code, reply.refused], [undefined, 1, null]);
      assert.equal(reply.lines.at(-1), `driver.errors.BadRequest: ${error}`);
      assert.equal(await bench.read(`sites/.provisioning/${acme.siteName}.json`), undefined);
    });
  }
});

const hostThatReplies = async (t: TestContext, action: string, value: unknown): Promise<SiteHost> =>
  openBenchHost(await scriptedBench(t, { [action]: { value } }), siteUrl);

/** A bench whose driver replies as it should, except for these. */
async function scriptedBench(t: TestContext, exceptions: Readonly<Record<string, unknown>>): Promise<BenchConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-bench-'));
  t.after(() => rm(folder, { recursive: true }));
  const good = Object.fromEntries(Object.entries(replies).map(([name, value]) => [name, { value }]));
  await writeFile(join(folder, 'script.json'), JSON.stringify({ ...good, ...exceptions }));
  const exec = [process.execPath, join(import.meta.dirname, 'scripted-driver.ts'), join(folder, 'script.json')];
  return { path: folder, exec, database: {} };
}
