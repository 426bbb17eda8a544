import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigError } from '../src/config/config-error.ts';
import { readConfig } from '../src/config/read-config.ts';
import { scrub } from '../src/secrets/scrub.ts';
import { type SecretKey, secretBox } from '../src/secrets/secret-box.ts';

const key = (id: string): SecretKey => ({ id, bytes: randomBytes(32) });

describe('the secret box', () => {
  const [k1, k2] = [key('k1'), key('k2')];
  const box = secretBox([k1]);
  const secret = 'Zq7x9W "pass" & Wörter 🚀';

  test('a sealed secret opens for its owner and reveals nothing', () => {
    const sealed = box.seal(secret, 'acme.localhost');
    assert.equal(box.open(sealed, 'acme.localhost'), secret);
    assert.match(sealed, /^k1(\.[\w-]+){3}$/);
    assert.notEqual(box.seal(secret, 'acme.localhost'), sealed, 'each time under a nonce of its own');
    for (const encoding of ['utf8', 'base64url', 'hex'] as const) {
      assert.ok(!sealed.includes(Buffer.from(secret).toString(encoding)));
    }
    assert.equal(box.open(box.seal('', 'a.b'), 'a.b'), '');
  });

  test('a sealed secret does not open for another owner or after a change', () => {
    const sealed = box.seal(secret, 'acme.localhost');
    assert.throws(() => box.open(sealed, 'acme.localhost.'));
    const parts = sealed.split('.');
    for (const [index, part] of parts.entries()) {
      const changed = `${part[0] === 'A' ? 'B' : 'A'}${part.slice(1)}`;
      assert.throws(() => box.open(parts.with(index, changed).join('.'), 'acme.localhost'), `part ${index} changed`);
      assert.throws(
        () => box.open(parts.with(index, part.slice(0, -4)).join('.'), 'acme.localhost'),
        `part ${index} cut`,
      );
      assert.throws(() => box.open(parts.toSpliced(index, 1).join('.'), 'acme.localhost'), `part ${index} left out`);
    }
    const other = box.seal('another secret of that length', 'acme.localhost').split('.');
    assert.throws(() => box.open(parts.with(3, other[3] ?? '').join('.'), 'acme.localhost'));
    for (const nothing of ['', '.', 'k1', 'k1...']) assert.throws(() => box.open(nothing, 'acme.localhost'));
  });

  test('a rotated key still opens and the new one seals; a missing key’s error says what to do', () => {
    const sealed = box.seal(secret, 'a.b');
    const rotated = secretBox([k2, k1]);
    assert.equal(rotated.open(sealed, 'a.b'), secret);
    assert.match(rotated.seal(secret, 'a.b'), /^k2\./);
    assert.throws(() => secretBox([k2]).open(sealed, 'a.b'), /SECRET_KEYS has no key "k1" any more/);
    assert.throws(() => secretBox([{ ...k2, id: 'k1' }]).open(sealed, 'a.b'));
  });
});

describe('scrubbing', () => {
  const secret = `a"b&c<d>e'f g/Zq7ü`;
  const spellings = {
    'as it is': secret,
    'in JSON': JSON.stringify(secret),
    'in JSON as Python writes it': JSON.stringify(secret).replace('ü', '\\u00fc'),
    'in a URL': encodeURIComponent(secret),
    'in a URL as Python writes it': encodeURIComponent(secret).replace("'", '%27'),
    'in a form': new URLSearchParams({ secret }).toString(),
    'in HTML, by names': secret
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#x27;'),
    'in HTML, as Jinja writes it': secret
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&#34;')
      .replaceAll("'", '&#39;'),
    'in a Python string': `'${secret.replaceAll("'", "\\'")}'`,
  };
  for (const [name, spelling] of Object.entries(spellings)) {
    test(`scrubbing finds the secret ${name}`, () => {
      const clean = scrub(`login ${spelling} refused, ${spelling}`, secret);
      assert.doesNotMatch(clean, /Zq7/);
      assert.match(clean, /^login .*\[secret\].* refused, .*\[secret\]/);
    });
  }

  test('scrubbing removes overlapping secrets completely', () => {
    assert.equal(scrub('xabababax', 'aba').replaceAll('[secret]', ''), 'xx');
  });

  test('scrubbing happens before text is cut, and the end is kept', () => {
    const clean = scrub(`${'x'.repeat(10)}${secret}${'y'.repeat(3_990)}`, secret);
    assert.ok(clean.length <= 4_001);
    assert.match(clean, /^….*y$/s);
    assert.doesNotMatch(clean, /Zq7/);
  });
});

describe('the configuration', () => {
  const bytes = randomBytes(32).toString('base64');
  const production = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://user:Zq7x9W@db/companies',
    REDIS_URL: 'rediss://:Zq7x9W@redis:6379',
    SMTP_URL: 'smtps://user:Zq7x9W@mail.example.com',
    MAIL_FROM: 'Acme <no-reply@example.com>',
    SUPPORT_EMAIL: 'support@example.com',
    PUBLIC_URL: 'https://companies.example.com',
    SITE_DOMAINS: 'example.com, .example.net',
    SITE_URL_TEMPLATE: 'https://{site}',
    BENCH_PATH: '/home/frappe/frappe-bench',
    SECRET_KEYS: `k2:${bytes}, k1:${bytes.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
    AUTH_JWT_SECRET: 'Zq7x9W'.repeat(6),
  };
  const faultsOf = (env: Record<string, string>): readonly string[] => {
    try {
      readConfig(env);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.message.split('\n').slice(1);
    }
    return [];
  };

  for (const [name, example] of Object.entries({
    PUBLIC_URL: 'https://companies.example.com',
    BENCH_WEB_URL: 'http://localhost:8000',
    AUTH_JWKS_URL: 'https://login.example.com/jwks.json',
  })) {
    test(`a ${name} that is not an address is refused with an example of its own`, () => {
      const faults = faultsOf({ [name]: 'Zq7x9W', AUTH_ISSUER: 'issuer', AUTH_AUDIENCE: 'audience' });
      assert.deepEqual(faults, [`  ${name} must be an address such as ${example}.`]);
    });
  }

  test('everything has a default outside production, and empty counts as unset', () => {
    const config = readConfig({});
    assert.deepEqual(readConfig(Object.fromEntries(Object.keys(production).map((name) => [name, '']))), config);
    assert.deepEqual(
      [config.HOST, config.PORT, config.PROVISION_TIMEOUT_SECONDS, config.WORKER_CONCURRENCY, config.DATABASE_URL],
      ['127.0.0.1', 4000, 600, 1, undefined],
    );
  });

  test('production reports all missing variables at once, each with an example', () => {
    const { SECRET_KEYS } = readConfig(production);
    assert.deepEqual(
      SECRET_KEYS?.map(({ id, bytes }) => [id, bytes.length]),
      [
        ['k2', 32],
        ['k1', 32],
      ],
    );
    const { NODE_ENV, ...needed } = production;
    const faults = faultsOf({ NODE_ENV, DATABASE_URL: '' });
    assert.deepEqual(
      faults.map((fault) => /^ {2}(\w+) is missing\. For example: \1=\S/.exec(fault)?.[1]),
      Object.keys(needed),
    );
    for (const name of Object.keys(needed)) assert.equal(faultsOf({ ...production, [name]: '' }).length, 1, name);
  });

  test('all faults are reported at once by variable, without any value', () => {
    const wrong: Record<string, string> = {
      PORT: '65536',
      LOG_LEVEL: 'Zq7x9W',
      PROVISION_TIMEOUT_SECONDS: '0',
      WORKER_CONCURRENCY: '1.5',
      DATABASE_URL: 'mysql://user:Zq7x9W@db/companies',
      REDIS_URL: 'redis-Zq7x9W',
      SMTP_URL: 'http://user:Zq7x9W@mail',
      SUPPORT_EMAIL: 'Zq7x9W',
      PUBLIC_URL: 'Zq7x9W',
      SITE_DOMAINS: 'https://Zq7x9W.example.com',
      TRUSTED_PROXIES: '10.0.0.1,Zq7x9W',
      SITE_URL_TEMPLATE: 'https://Zq7x9W.example.com',
      SECRET_KEYS: `k1:${Buffer.from('Zq7x9W').toString('base64')}`,
      AUTH_JWT_SECRET: 'Zq7x9W',
    };
    const faults = faultsOf({ NODE_ENV: 'production', ...wrong });
    for (const name of [...Object.keys(wrong), 'MAIL_FROM']) {
      assert.equal(faults.filter((fault) => fault.startsWith(`  ${name} `)).length, 1, name);
    }
    assert.doesNotMatch(faults.join('\n'), new RegExp(`Zq7x9W|${Buffer.from('Zq7x9W').toString('base64')}`));
  });

  test('each secret can come from a file, without its trailing newline', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const { DATABASE_URL, REDIS_URL, SMTP_URL, SECRET_KEYS, AUTH_JWT_SECRET } = production;
    const inFiles = {
      DATABASE_URL,
      REDIS_URL,
      SMTP_URL,
      SECRET_KEYS,
      AUTH_JWT_SECRET,
      BENCH_DB_ADMIN_PASSWORD: ' a b ',
    };
    const named: Record<string, string> = { ...production };
    for (const [name, value] of Object.entries(inFiles)) {
      writeFileSync(join(folder, name), `${value}\r\n`);
      delete named[name];
      named[`${name}_FILE`] = join(folder, name);
    }
    assert.deepEqual(readConfig(named), readConfig({ ...production, BENCH_DB_ADMIN_PASSWORD: ' a b ' }));

    writeFileSync(join(folder, 'empty'), '\n');
    const faults = faultsOf({
      ...production,
      DATABASE_URL: '',
      DATABASE_URL_FILE: join(folder, 'Zq7x9W'),
      REDIS_URL_FILE: join(folder, 'REDIS_URL'),
      SMTP_URL: '',
      SMTP_URL_FILE: join(folder, 'empty'),
      AUTH_JWT_SECRET: '',
      AUTH_JWT_SECRET_FILE: folder,
    });
    assert.deepEqual(faults.toSorted(), [
      '  AUTH_JWT_SECRET_FILE cannot be read: EISDIR.',
      '  DATABASE_URL_FILE cannot be read: ENOENT.',
      '  REDIS_URL and REDIS_URL_FILE are both set. Keep one of them.',
      '  SMTP_URL_FILE names an empty file.',
    ]);
  });

  test('a trailing newline is not part of a secret', () => {
    const ended = Object.fromEntries(Object.entries(production).map(([name, value]) => [name, `${value}\n`]));
    assert.deepEqual(readConfig(ended), readConfig(production));
  });

  test('proxies are trusted by address or network, never by name or all of them', () => {
    const { TRUSTED_PROXIES: trusted } = readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8' });
    for (const [address, family, isTrusted] of [
      ['10.255.0.1', 'ipv4', true],
      ['192.0.2.7', 'ipv4', true],
      ['192.0.2.8', 'ipv4', false],
      ['fdff::1', 'ipv6', true],
      ['fe80::1', 'ipv6', false],
    ] as const)
      assert.equal(trusted.check(address, family), isTrusted, address);
    assert.equal(readConfig({}).TRUSTED_PROXIES.check('127.0.0.1'), false);
    for (const wrong of [
      '*',
      'true',
      'proxy.example.com',
      '10.0.0.0/33',
      '0.0.0.0/0',
      '::/0',
      '10.0.0',
      ',',
      '10.0.0.1,',
      'fe80::1%eth0',
    ])
      assert.equal(faultsOf({ TRUSTED_PROXIES: wrong }).length, 1, wrong);
  });

  for (const [title, name] of Object.entries({
    'an encoded word that stands for a line break': '=?utf-8?Q?=0D=0ABcc:_eve?=',
    'an encoded word in quotes': '"Acme =?UTF-8?B?4oCu?="',
    'a bidi control': 'Acme \u202egro',
    'a zero-width space': 'Ac\u200bme',
    'a line break': 'Acme\r\nBcc: eve@example.com',
  })) {
    test(`a sender whose name contains ${title} is refused`, () => {
      const faults = faultsOf({ ...production, MAIL_FROM: `${name} <no-reply@example.com>` });
      assert.deepEqual(faults, [
        '  MAIL_FROM must name the sender as mail programs show it: without invisible characters and without “=?”.',
      ]);
    });
  }

  test('a sender’s name can be in any script', () => {
    for (const MAIL_FROM of [
      '"Łódź, Søns & Co." <no-reply@example.com>',
      '株式会社 <a@example.com>',
      'a@example.com',
    ]) {
      assert.equal(readConfig({ ...production, MAIL_FROM }).MAIL_FROM, MAIL_FROM);
    }
  });

  test('a port variable that Kubernetes sets for a service is ignored', () => {
    const injected = {
      WORKER_PORT: 'tcp://10.96.0.12:9090',
      PORT: 'tcp://10.96.0.1:80',
      BENCH_DB_PORT: 'udp://10.0.0.1:53',
    };
    assert.deepEqual(readConfig(injected), readConfig({}));
    assert.equal(faultsOf({ WORKER_PORT: 'http://10.96.0.12:9090' }).length, 1);
  });

  for (const [title, AUTH_JWT_SECRET] of Object.entries({
    'one character over and over': 'a'.repeat(64),
    'few characters over and over': 'abc1'.repeat(16),
    'the example of the README': '<32 characters or more at random>',
    'a word that asks to be replaced': 'please-change-me-before-you-go-live-0815',
    'a short one beside a good one': `${randomBytes(32).toString('base64')},short`,
  })) {
    test(`${title} is refused as a secret for tokens`, () => assert.equal(faultsOf({ AUTH_JWT_SECRET }).length, 1));
  }

  test('public keys can replace the secret, and require issuer and audience', () => {
    const keySet = { ...production, AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'https://login.example.com/jwks' };
    assert.deepEqual(
      faultsOf(keySet).map((fault) => /^ {2}(\w+) is missing/.exec(fault)?.[1]),
      ['AUTH_ISSUER', 'AUTH_AUDIENCE'],
    );
    assert.deepEqual(faultsOf({ ...keySet, AUTH_ISSUER: 'https://login.example.com', AUTH_AUDIENCE: 'companies' }), []);
  });

  test('HOST accepts an IPv6 address with or without brackets', () => {
    assert.deepEqual([readConfig({ HOST: '[::1]' }).HOST, readConfig({ HOST: '::1' }).HOST], ['::1', '::1']);
  });

  test('the variables of a bench are read', () => {
    const exec = (BENCH_EXEC: string) => readConfig({ BENCH_EXEC }).BENCH_EXEC;
    assert.deepEqual(exec('docker compose  exec -T backend'), ['docker', 'compose', 'exec', '-T', 'backend']);
    assert.deepEqual(exec('["ssh", "-o", "ProxyCommand=a b", "host"]'), ['ssh', '-o', 'ProxyCommand=a b', 'host']);
    assert.deepEqual(readConfig({}).BENCH_EXEC, []);
    assert.equal(readConfig({ BENCH_TIME_ZONE: 'Europe/Berlin' }).BENCH_TIME_ZONE, 'Europe/Berlin');
    const wrong = {
      BENCH_EXEC: '["ssh", 1]',
      BENCH_TIME_ZONE: 'Mars/Olympus',
      BENCH_PATH: 'bench',
      BENCH_DB_TYPE: 'oracle',
    };
    for (const name of Object.keys(wrong)) {
      assert.equal(faultsOf(wrong).filter((fault) => fault.startsWith(`  ${name} `)).length, 1, name);
    }
  });

  for (const [fault, SECRET_KEYS] of Object.entries({
    'no id': bytes,
    'an id with a dot, which separates the parts of what is sealed': `k.1:${bytes}`,
    'too few bytes': `k1:${bytes.slice(4)}`,
    'too many bytes': `k1:${randomBytes(33).toString('base64')}`,
    'a comma too many': `k1:${bytes},`,
    'one id for two keys, of which the second would never be found': `k1:${bytes},k1:${randomBytes(32).toString('base64')}`,
  })) {
    test(`secret keys with ${fault} are refused`, () => assert.equal(faultsOf({ SECRET_KEYS }).length, 1));
  }
});
