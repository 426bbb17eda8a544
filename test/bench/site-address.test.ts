import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { siteUrls } from '../../src/app/open-site-host.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { openBenchHost } from '../../src/site-hosts/bench/bench-host.ts';
import { acme, ever, failureOf, make, makeUpTo, stepOf } from '../support/site-plan.ts';
import { ownUrls, urlsWith } from './get-url.ts';
import { noRealBench, path as realBench } from './real-bench.ts';
import { noStandIn, openStandInBench, type StandInBench } from './stand-in-bench.ts';

const bench = { BENCH_PATH: '/home/frappe/frappe-bench' };
const urlsOf = (env: Readonly<Record<string, string>>) => siteUrls(readConfig(env), 4000);

test('the mailed address of a site leads to the server that serves it', () => {
  const addressOf = (env: Readonly<Record<string, string>>) => urlsOf(env)('acme.localhost');
  assert.equal(addressOf({}), 'http://acme.localhost:4000/', 'the sandbox');
  assert.equal(addressOf(bench), 'http://acme.localhost:8000/', 'a bench as `bench start` serves it');
  assert.equal(addressOf({ ...bench, BENCH_WEB_URL: 'http://10.0.0.7:8080' }), 'http://acme.localhost:8080/');
  assert.equal(addressOf({ ...bench, BENCH_WEB_URL: 'https://frappe.internal' }), 'https://acme.localhost/');
  assert.equal(addressOf({ ...bench, SITE_URL_TEMPLATE: 'https://{site}' }), 'https://acme.localhost');
});

test('an address whose host is not the site’s name is refused at start', () => {
  for (const SITE_URL_TEMPLATE of ['https://sites.example.com/{site}', 'https://{site}@example.com', 'ftp://{site}']) {
    assert.throws(
      () => readConfig({ SITE_URL_TEMPLATE }),
      /SITE_URL_TEMPLATE must be an address with \{site\} in its host/,
    );
  }
  readConfig({ SITE_URL_TEMPLATE: 'https://{site}.example.com:8443/login' });
});

describe('a site on a bench gives the mailed address as its own', { skip: noStandIn, timeout: 60_000 }, () => {
  const templates = {
    'http://{site}': 'http://acme.localhost',
    'https://{site}/': 'https://acme.localhost',
    'https://{site}:8443': 'https://acme.localhost:8443',
    'https://{site}:443/login?from=mail': 'https://acme.localhost',
    'https://{site}.example.com': 'https://acme.localhost.example.com',
  };
  for (const [template, address] of Object.entries(templates)) {
    test(`a site uses the address of ${template}, for any host and ports in the bench’s configuration`, async (t) => {
      const bench = await openStandInBench(t);
      await configure(bench, { host_name: 'https://bench.example.com', http_port: 8080, webserver_port: 8000 });
      await make(hostWith(bench, template), acme);
      assert.deepEqual(await ownUrls(bench.path, acme.siteName), [address, `${address}/app/user`]);
      assert.equal((await stat(configOf(bench, acme.siteName))).mode & 0o777, 0o600);
    });
  }

  test('a site from another’s template, or from its restore point, uses its own address', async (t) => {
    const bench = await openStandInBench(t);
    const first = { ...acme, siteName: 'first.localhost' };
    await make(bench.host, first, 'create-site');
    // As a person or an app may set it before the next step comes to its end.
    await configure(bench, { host_name: 'https://first.localhost' }, configOf(bench, first.siteName));
    await make(bench.host, first);
    await make(bench.host, acme, 'create-site');
    const { host_name: hostName } = JSON.parse(await readFile(configOf(bench, acme.siteName), 'utf8'));
    assert.equal(hostName, undefined, 'nothing of another’s comes with the template');
    await make(bench.host, acme);
    for (const { siteName } of [first, acme]) {
      assert.equal((await ownUrls(bench.path, siteName))[0], `https://${siteName}`);
    }
  });

  test('a retry after SITE_URL_TEMPLATE changed writes the new address', async (t) => {
    const bench = await openStandInBench(t);
    await make(bench.host, acme);
    await make(hostWith(bench, 'http://{site}:8010/'), acme);
    assert.equal((await ownUrls(bench.path, acme.siteName))[0], 'http://acme.localhost:8010');
    await make(bench.host, acme);
    assert.equal((await ownUrls(bench.path, acme.siteName))[0], 'https://acme.localhost');
  });

  test('writing the address keeps the rest of the site’s configuration', async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'verify');
    await configure(bench, { encryption_key: 'canary-key' }, configOf(bench, acme.siteName));
    const before = JSON.parse(await readFile(configOf(bench, acme.siteName), 'utf8'));
    await make(bench.host, acme);
    const after = JSON.parse(await readFile(configOf(bench, acme.siteName), 'utf8'));
    assert.deepEqual(after, { ...before, host_name: 'https://acme.localhost', http_port: 0, webserver_port: 0 });
  });

  test('a bench that makes its sites give another one is refused, with both addresses', async (t) => {
    const bench = await openStandInBench(t);
    await makeUpTo(bench.host, acme, 'verify');
    await writeFile(
      join(bench.path, 'env/stand-in/hosting.py'),
      'def config():\n    return {"host_name": "https://old.example.com"}\n',
    );
    await configure(bench, { extra_config: ['hosting.config'] });
    const { reason, detail } = await failureOf(stepOf(bench.host, acme, 'verify').run({ signal: ever, progress() {} }));
    assert.equal(reason, 'VERIFICATION_FAILED');
    assert.deepEqual(detail?.split('\n'), [
      'the address in the site’s own mails is "https://old.example.com" and should be "https://acme.localhost"',
      'a link in the site’s own mails is "https://old.example.com/update-password" and should be "https://acme.localhost/update-password"',
    ]);
  });
});

/** Frappe 15.55.1's answers. */
const recorded = [
  [{ host_name: 'https://a.example.com' }, 'https://a.example.com'],
  [{ host_name: 'a.example.com' }, 'http://a.example.com'],
  [{ host_name: 'http://a.example.com', webserver_port: 8000 }, 'http://a.example.com:8000'],
  [{ host_name: 'https://a.example.com', webserver_port: 8000 }, 'https://a.example.com:8000'],
  [{ host_name: 'https://a.example.com', http_port: 8080, webserver_port: 8000 }, 'https://a.example.com:8080'],
  [{ host_name: 'https://a.example.com', http_port: 0, webserver_port: 8000 }, 'https://a.example.com:8000'],
  [{ host_name: 'https://a.example.com', http_port: 0, webserver_port: 0 }, 'https://a.example.com'],
  [{ host_name: 'https://a.example.com:8443', webserver_port: 8000 }, 'https://a.example.com:8443'],
  [
    { host_name: 'https://a.example.com', webserver_port: 8000, restart_supervisor_on_update: true },
    'https://a.example.com',
  ],
  [
    { host_name: 'https://a.example.com', webserver_port: 8000, restart_systemd_on_update: true },
    'https://a.example.com',
  ],
  [
    { host_name: 'https://a.example.com/', webserver_port: 8000 },
    'https://a.example.com/:8000',
    'https://a.example.com',
  ],
] as const;

for (const [kind, skip] of [
  ['the stand-in', noStandIn],
  ['the real bench', noRealBench],
] as const) {
  test(`${kind}’s get_url returns what was recorded of Frappe`, { skip }, async (t) => {
    const path = kind === 'the stand-in' ? (await openStandInBench(t)).path : realBench;
    const answers = await urlsWith(
      path,
      recorded.map(([config]) => config),
    );
    for (const [index, [config, address, host = address]] of recorded.entries()) {
      assert.deepEqual(answers[index], [address, `${host}/app/user`], JSON.stringify(config));
    }
  });
}

const hostWith = ({ config }: StandInBench, SITE_URL_TEMPLATE: string) =>
  openBenchHost(config, urlsOf({ ...bench, SITE_URL_TEMPLATE }));

const configOf = ({ path }: StandInBench, siteName: string): string =>
  join(path, 'sites', siteName, 'site_config.json');

/** Sets values in a configuration, the bench's by default. */
async function configure({ path }: StandInBench, values: object, file = join(path, 'sites/common_site_config.json')) {
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...values }));
}
