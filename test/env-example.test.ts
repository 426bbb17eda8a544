import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { envExample } from '../src/config/env-example.ts';
import { readConfig } from '../src/config/read-config.ts';
import { variables } from '../src/config/variables.ts';

const file = new URL('../.env.example', import.meta.url).pathname;

test('.env.example is what codegen writes, and names every variable', () => {
  const text = readFileSync(file, 'utf8');
  assert.equal(text, envExample(), 'run: npm run codegen');
  const named = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  assert.deepEqual(named.toSorted(), Object.keys(variables.shape).toSorted());
});

test('.env.example, read by a shell, lacks nothing but the secrets that must be made first', () => {
  const read = execFileSync('sh', ['-c', 'set -a; . "$1"; env -0', 'sh', file], { env: {}, encoding: 'utf8' });
  const env = Object.fromEntries(
    read.split('\0').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
  );
  const made = {
    SECRET_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    AUTH_JWT_SECRET: randomBytes(48).toString('base64'),
  };
  for (const name of Object.keys(made)) assert.equal(env[name], '');
  assert.partialDeepStrictEqual(readConfig({ ...env, ...made }), {
    ...{ NODE_ENV: 'production', PORT: 4000, SITE_DOMAINS: ['example.com'] },
    MAIL_FROM: '"Acme Hosting" <no-reply@example.com>',
  });
});
