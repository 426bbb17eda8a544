import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { signToken } from '../src/access/authenticate.ts';
import { openClient } from '../src/client/client.ts';
import { CompaniesDocument, CreateCompanyDocument, type CreateCompanyMutation } from '../src/client/operations.ts';
import { badInputs, validInput, wrongTypes } from './support/bad-inputs.ts';
import { requestFor } from './support/test-service.ts';

// The service runs in a process of its own, because its log goes to standard output; every line of it is looked at.

const secret = 'a secret that only this test signs its tokens with';
const canary = 'Canary-7f3a-battery';
const directory = mkdtempSync(join(tmpdir(), 'test-bad-input-'));
const output: string[] = [];
const passwords = new Set<string>([canary]);
const program = spawn(process.execPath, ['src/main.ts'], {
  cwd: new URL('..', import.meta.url),
  env: { PATH: process.env['PATH'], DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'debug', AUTH_JWT_SECRET: secret },
});
let there = '';
let token = '';

before(async () => {
  const port = new Promise<string>((resolve) => {
    for (const stream of [program.stdout, program.stderr]) {
      createInterface(stream).on('line', (line) => {
        output.push(line);
        const found = /"port":(\d+),"msg":"listening"/.exec(line)?.[1];
        if (found) resolve(found);
      });
    }
  });
  there = `http://127.0.0.1:${await port}/graphql`;
  const partner = { subject: 'portal', email: 'portal@partner.example', roles: ['partner'] } as const;
  token = await signToken(secret, partner, '1h');
});
after(() => {
  program.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** No answer repeats the password that was sent, in whatever spelling. */
async function post(input: Record<string, unknown>) {
  const response = await fetch(there, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    },
    body: JSON.stringify({ query: CreateCompanyDocument.toString(), variables: { input } }),
  });
  const text = await response.text();
  const { adminPassword: sent } = input;
  if ((typeof sent === 'string' && sent.length > 6) || typeof sent === 'number') passwords.add(String(sent));
  for (const password of passwords) assert.ok(!text.includes(spelled(password)), `the answer repeats it: ${text}`);
  const answer: { data?: CreateCompanyMutation; errors?: { message: string }[] } = JSON.parse(text);
  return { status: response.status, ...answer };
}
const spelled = (password: string): string => JSON.stringify(password).slice(1, -1);

/** The table's megabytes do not fit into a request; what is cut here is still too long for its field. */
const cut = <Input>(input: Input): Input =>
  JSON.parse(JSON.stringify(input), (_key, value) => (typeof value === 'string' ? value.slice(0, 80_000) : value));
const byFieldAndCode = (found: readonly { field: string; code: string }[]): string[] =>
  found.map(({ field, code }) => `${field} ${code}`).sort();

for (const { title, input, expect } of badInputs) {
  test(title, async () => {
    const whole = { ...validInput, adminPassword: canary, ...input };
    if (JSON.stringify(whole).length > 250_000) assert.equal((await post(whole)).status, 413);
    const { status, data, errors } = await post(cut(whole));
    assert.equal(errors, undefined);
    assert.equal(status, 200);
    if (data?.createCompany.__typename !== 'ValidationError') assert.fail(JSON.stringify(data));
    assert.deepEqual(byFieldAndCode(data.createCompany.faults), byFieldAndCode(expect));
  });
}

const required = Object.keys(requestFor('acme.localhost')).map((field) => ({
  title: `${field}: missing`,
  input: { [field]: undefined },
}));
for (const { title, input } of [...wrongTypes, ...required]) {
  test(title, async () => {
    const { status, data, errors } = await post({ ...validInput, adminPassword: canary, ...input });
    assert.equal(status, 400);
    assert.equal(data, undefined);
    assert.ok(errors?.length);
  });
}

const malformed = [
  '',
  '[]',
  '{',
  '{"query":"{"}',
  '{"query":"{ nothing }"}',
  '{"query":"query ($id: ID!) { company(id: $id) { id } }"}',
];
for (const body of malformed) {
  test(`a malformed request is refused: ${body || 'nothing'}`, async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const text = await (await fetch(there, { method: 'POST', headers, body })).text();
    assert.match(text, /"errors"/);
    assert.doesNotMatch(text, /INTERNAL/);
  });
}

test('bad input writes nothing: the next good company is the first one', async () => {
  const client = openClient(there, token);
  const { companies } = await client.execute(CompaniesDocument, {});
  assert.deepEqual(companies.edges, []);
  const { data } = await post({ ...validInput, adminPassword: canary, draft: true });
  const { id, version } = data?.createCompany.__typename === 'CreateCompanySuccess' ? data.createCompany.company : {};
  assert.match(id ?? '', /^COMP-\d{4}-00001$/);
  assert.equal(version, 1);
});

test('the log contains no password', async () => {
  const ended = once(program, 'close');
  program.kill('SIGTERM');
  await ended;
  const requests = output.filter((line) => line.includes('"path":"/graphql"'));
  assert.ok(requests.length > badInputs.length + wrongTypes.length, 'each request left a line');
  const leaks = output.filter((line) => [...passwords].some((password) => line.includes(spelled(password))));
  assert.deepEqual(leaks, []);
  assert.deepEqual(
    output.filter((line) => /"level":[56]0/.test(line)),
    [],
    'what clients do wrong is no error of ours',
  );
});
