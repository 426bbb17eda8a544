import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { type SecretKey, secretBox } from '../src/company/secret-box.ts';
import { ConfigError, readConfig } from '../src/config.ts';
import { scrub } from '../src/provisioning/scrub.ts';

const key = (id: string): SecretKey => ({ id, bytes: randomBytes(32) });

describe('the secret box', () => {
  const [k1, k2] = [key('k1'), key('k2')];
  const box = secretBox([k1]);
  const secret = 'Zq7x9W "pass" & Wörter 🚀';

  test('opens what it sealed, for the same owner, and shows nothing of it', () => {
    const sealed = box.seal(secret, 'acme.localhost');
    assert.equal(box.open(sealed, 'acme.localhost'), secret);
    assert.match(sealed, /^k1(\.[\w-]+){3}$/);
    assert.notEqual(box.seal(secret, 'acme.localhost'), sealed, 'each time under a nonce of its own');
    for (const encoding of ['utf8', 'base64url', 'hex'] as const) {
      assert.ok(!sealed.includes(Buffer.from(secret).toString(encoding)));
    }
    assert.equal(box.open(box.seal('', 'a.b'), 'a.b'), '');
  });

  test('does not open for another owner, nor what was changed or cut', () => {
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

  test('opens under a rotated key and seals under the new one; without the old key it says what to do', () => {
    const sealed = box.seal(secret, 'a.b');
    const rotated = secretBox([k2, k1]);
    assert.equal(rotated.open(sealed, 'a.b'), secret);
    assert.match(rotated.seal(secret, 'a.b'), /^k2\./);
    assert.throws(() => secretBox([k2]).open(sealed, 'a.b'), /SECRET_KEYS has no key "k1" any more/);
    assert.throws(() => secretBox([{ ...k2, id: 'k1' }]).open(sealed, 'a.b'));
  });

  test('recognises a text by its digest, and only whoever has the key does', () => {
    const digest = box.digest(secret);
    assert.equal(box.matches(secret, digest), true);
    assert.equal(box.matches(`${secret} `, digest), false);
    assert.equal(secretBox([k2, k1]).matches(secret, digest), true, 'after a rotation');
    assert.equal(secretBox([{ ...k2, id: 'k1' }]).matches(secret, digest), false);
    assert.throws(() => secretBox([k2]).matches(secret, digest), /no key "k1"/);
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      assert.ok(!digest.includes(createHash('sha256').update(secret).digest(encoding)), 'not to be guessed');
    }
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
    test(`finds the secret ${name}`, () => {
      const clean = scrub(`login ${spelling} refused, ${spelling}`, secret);
      assert.doesNotMatch(clean, /Zq7/);
      assert.match(clean, /^login .*\[secret\].* refused, .*\[secret\]/);
    });
  }

  test('leaves nothing of secrets that overlap', () => {
    assert.equal(scrub('xabababax', 'aba').replaceAll('[secret]', ''), 'xx');
  });

  test('cuts after it has scrubbed, and keeps the end', () => {
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

  test('has a default for everything outside production, and takes empty for unset', () => {
    const config = readConfig({});
    assert.deepEqual(readConfig(Object.fromEntries(Object.keys(production).map((name) => [name, '']))), config);
    assert.deepEqual(
      [config.HOST, config.PORT, config.PROVISION_TIMEOUT_SECONDS, config.WORKER_CONCURRENCY, config.DATABASE_URL],
      ['127.0.0.1', 4000, 600, 1, undefined],
    );
  });

  test('in production lacks nothing without a word, and tells all that is missing at once with an example', () => {
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

  test('tells every fault at once by its variable, and repeats no value', () => {
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

  test('reads how to reach a bench', () => {
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
    test(`refuses keys with ${fault}`, () => assert.equal(faultsOf({ SECRET_KEYS }).length, 1));
  }
});
