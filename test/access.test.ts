import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { WebSocket } from 'ws';
import { signToken } from '../src/access/authenticate.ts';
import type { Client } from '../src/client/client.ts';
import {
  CancelProvisioningDocument,
  CompaniesDocument,
  CompanyDocument,
  CompanyStatusChangedDocument,
  ProvisionCompanyDocument,
} from '../src/client/operations.ts';
import { SiteHostError } from '../src/provisioning/site-host.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { ask, askBySocket } from './support/ask.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const sites = mkdtempSync(join(tmpdir(), 'test-access-'));
after(() => rmSync(sites, { recursive: true, force: true }));
const faults = new Faults();
const host = faultyHost(openSandboxHost({ directory: sites }), faults);
const { service, url, clientOf, tokenOf } = await openTestService({ after }, { host });

describe('authentication', () => {
  const now = Math.floor(Date.now() / 1_000);
  const good = { sub: 'jane', email: 'jane@customers.example', roles: ['operator'], exp: now + 3_600 };
  const secret = new TextEncoder().encode(service.jwtSecret);
  const signed = (payload: JWTPayload, key = secret, alg = 'HS256') =>
    new SignJWT(payload).setProtectedHeader({ alg }).sign(key);
  // No library that signs tokens lets such claims pass.
  const mistyped = (claims: Record<string, unknown>) => signed({ ...good, ...claims } as JWTPayload);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
  const byHand = (header: object, key: string): string => {
    const content = `${part(header)}.${part(good)}`;
    return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
  };
  const tampered = async (): Promise<string> => {
    const [header, , signature] = (await signed({ ...good, roles: ['customer'] })).split('.');
    return `${header}.${part(good)}.${signature}`;
  };
  const cases: Record<string, () => string | Promise<string>> = {
    'a word': () => 'garbage',
    'three words': () => 'a.b.c',
    'no token after Bearer': () => '',
    'one that has expired': () => signed({ ...good, exp: now - 600 }),
    'one that has expired a second ago': () => signed({ ...good, exp: now - 1 }),
    'one that never ends': () => signed({ sub: good.sub, email: good.email, roles: good.roles }),
    'one that lives for two days': () => signed({ ...good, exp: now + 172_800 }),
    'one of tomorrow': () => signed({ ...good, nbf: now + 86_400 }),
    'the secret of somebody else': () => signed(good, new TextEncoder().encode('another secret of 32 characters!')),
    'HS512 with our secret': () => signed(good, secret, 'HS512'),
    'no signature, alg none': () => new UnsecuredJWT(good).encode(),
    'no signature, alg HS256': () => `${part({ alg: 'HS256' })}.${part(good)}.`,
    'alg none with a signature of ours': () => byHand({ alg: 'none' }, service.jwtSecret),
    'RS256 with a key of their own': () => new SignJWT(good).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey),
    'HS256 with a public key as the secret': () => byHand({ alg: 'HS256' }, publicKey),
    'RS256 said, HS256 with our secret done': () => byHand({ alg: 'RS256' }, service.jwtSecret),
    'other roles than were signed': tampered,
    'no sub': () => signed({ roles: good.roles, exp: good.exp }),
    'an empty sub': () => signed({ ...good, sub: '' }),
    'a sub that is a number': () => mistyped({ sub: 12345 }),
    'a sub that is a list': () => mistyped({ sub: ['jane'] }),
    'a sub of 300 characters': () => signed({ ...good, sub: 'j'.repeat(300) }),
    'a sub with a NUL in it': () => signed({ ...good, sub: 'jane\0' }),
    'an exp that is a text': () => mistyped({ exp: `${now + 600}` }),
    'an nbf that is a text': () => mistyped({ nbf: 'now' }),
    'roles with a number among them': () => signed({ ...good, roles: ['operator', 7] }),
    'no roles': () => signed({ sub: good.sub, exp: good.exp }),
    'an empty list of roles': () => signed({ ...good, roles: [] }),
    'unknown roles': () => signed({ ...good, roles: ['admin', 'OPERATOR'] }),
    'roles as a text': () => signed({ ...good, roles: 'operator' }),
    'an email that is no text': () => signed({ ...good, email: ['jane@customers.example'] }),
  };

  async function assertRefused(authorization: string | undefined) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    for (const accept of ['application/graphql-response+json', 'application/json', 'text/event-stream']) {
      const { status, challenge, text } = await ask(url, { headers: { ...headers, accept } });
      assert.deepEqual([status, challenge], [401, 'Bearer'], accept);
      assert.match(text, /"code":"UNAUTHENTICATED"/);
      assert.doesNotMatch(text, /"data":\{/);
    }
    assert.equal(await askBySocket(url, headers), 4403);
    assert.equal(await askBySocket(url, {}, headers), 4403);
  }

  for (const [title, token] of Object.entries(cases)) {
    test(title, async () => assertRefused(`Bearer ${await token()}`));
  }
  test('a request without a token is refused, also from this machine', () => assertRefused(undefined));
  test('a token under another scheme is refused', async () => assertRefused(`Basic ${await signed(good)}`));
  test('a valid token is accepted by every transport', async () => {
    const authorization = `Bearer ${await signed(good)}`;
    assert.equal((await ask(url, { headers: { authorization } })).status, 200);
    assert.deepEqual(await askBySocket(url, { authorization }), { __typename: 'Query' });
    assert.deepEqual(await askBySocket(url, {}, { authorization }), { __typename: 'Query' });
  });
});

describe('visibility', async () => {
  const draft = (domain: string) => requestFor(domain, { draft: true });
  const [jane, joe, portal, olga] = await Promise.all([
    clientOf('jane', 'customer'),
    clientOf('joe', 'customer'),
    clientOf('portal', 'partner'),
    clientOf('olga', 'operator'),
  ]);
  const janes = await createCompany(jane, draft('janes.localhost'));
  // Mailed to Jane, and the partner's all the same.
  const portals = await createCompany(portal, {
    ...draft('portals.localhost'),
    customerEmail: 'jane@customers.example',
  });
  const nowhere = 'COMP-2001-00001';

  const everything = async (client: Client, companyId: string) => ({
    company: await client.execute(CompanyDocument, { id: companyId }),
    provision: await client.execute(ProvisionCompanyDocument, { companyId }),
    cancel: await client.execute(CancelProvisioningDocument, { companyId }),
  });

  for (const [who, client, seen, hidden] of [
    ['a customer', jane, [janes], [portals]],
    ['another customer', joe, [], [janes, portals]],
    ['a partner', portal, [portals], [janes]],
    ['a partner with a customer’s name', await clientOf('janes-namesake', 'partner'), [], [janes, portals]],
    ['an operator', olga, [portals, janes], []],
  ] as const) {
    test(`everyone sees only their own companies: ${who} sees ${seen.length} of 2`, async () => {
      const { companies } = await client.execute(CompaniesDocument, {});
      assert.deepEqual(
        companies.edges.map(({ node }) => node.id),
        seen.map(({ id }) => id),
      );
      for (const { id } of seen) {
        assert.equal((await readCompany(client, id)).id, id);
        const { value } = await client.watch(id).next();
        assert.equal(value?.version, 1);
      }
      const ofNothing = await everything(client, nowhere);
      for (const { id } of hidden) assert.deepEqual(await everything(client, id), ofNothing);
    });
  }

  for (const transport of ['text/event-stream', 'application/graphql-response+json'] as const) {
    test(`another’s company looks like none, as ${transport}`, async () => {
      const authorization = `Bearer ${await tokenOf('joe', 'customer')}`;
      const answers = [janes.id, portals.id, nowhere, 'nonsense'].map(async (id) => {
        const watch = { query: CompanyStatusChangedDocument.toString(), variables: { companyId: id } };
        const query = 'query ($id: ID!) { company(id: $id) { history { edges { node { message } } } } }';
        const body = JSON.stringify(transport === 'text/event-stream' ? watch : { query, variables: { id } });
        return ask(url, { headers: { authorization, accept: transport }, body });
      });
      const [one, ...others] = await Promise.all(answers);
      assert.match(
        one?.text ?? '',
        transport === 'text/event-stream' ? /"NOT_FOUND"/ : /^\{"data":\{"company":null\}\}$/,
      );
      for (const other of others)
        assert.deepEqual([other.status, other.type, other.text], [one?.status, one?.type, one?.text]);
    });
  }

  test('attempts by others change nothing', async () => {
    for (const { id } of [janes, portals]) assert.equal((await readCompany(olga, id)).version, 1);
  });

  test('the detail of a failure is shown to operators only, also in a stream', async () => {
    faults.fail('create-site', new SiteHostError('HOST_UNAVAILABLE', 'No room.', { detail: 'ENOSPC on /dev/sdb1' }));
    const { id } = await createCompany(jane, requestFor('failing.localhost'));
    await watchToEnd(jane, id);
    const query = `subscription { companyStatusChanged(companyId: "${id}") { company { failure { message detail }
      history(last: 1) { edges { node { company { failure { detail } } } } } } } }`;
    const read = async (subject: string, role: 'customer' | 'operator') => {
      const headers = { authorization: `Bearer ${await tokenOf(subject, role)}`, accept: 'text/event-stream' };
      return (await ask(url, { headers, body: JSON.stringify({ query }) })).text;
    };
    assert.equal((await read('olga', 'operator')).match(/"detail":"ENOSPC on \/dev\/sdb1"/g)?.length, 2);
    const forJane = await read('jane', 'customer');
    assert.match(forJane, /"message":"No room."/);
    assert.equal(forJane.match(/"detail":null/g)?.length, 2);
    assert.doesNotMatch(forJane, /ENOSPC/);
  });
});

test('an expired token ends what runs under it, and nothing starts after it', { timeout: 20_000 }, async (t) => {
  const { id } = await createCompany(
    await clientOf('brief', 'customer'),
    requestFor('ending.localhost', { draft: true }),
  );
  const brief = { subject: 'brief', email: 'brief@customers.example', roles: ['customer'] } as const;
  const authorization = `Bearer ${await signToken(service.jwtSecret, brief, '2s')}`;
  const query = `subscription { companyStatusChanged(companyId: "${id}") { version } }`;
  const events = ask(url, { headers: { authorization, accept: 'text/event-stream' }, body: JSON.stringify({ query }) });

  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const client = createClient({
    url: url.replace('http:', 'ws:'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError() {},
    // The library hands on what the WebSocket itself tells of its close.
    on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
  });
  t.after(() => client.dispose());
  const told = await Array.fromAsync(client.iterate({ query }));
  assert.match(JSON.stringify(told.at(-1)), /"UNAUTHENTICATED"/);
  assert.match((await events).text, /"version":1.*"UNAUTHENTICATED".*event: complete/s);

  const [late] = await Array.fromAsync(client.iterate({ query: '{ __typename }' }));
  assert.equal(late?.errors?.[0]?.extensions?.['code'], 'UNAUTHENTICATED');
  const { code, reason } = await closed.promise;
  assert.deepEqual([code, reason], [4403, 'Your token has expired; connect again with a new one.']);
  assert.equal((await ask(url, { headers: { authorization } })).status, 401);
});
