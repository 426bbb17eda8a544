import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { ask, askBySocket } from '../support/ask.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type ApiProgram, type Cluster, openCluster, tokenOf, until } from '../support/processes.ts';
import { createCompany, requestFor } from '../support/test-service.ts';

describe('tokens that an operator revokes at one API', { skip: serversMissing, timeout: 180_000 }, () => {
  const closing = new AsyncDisposableStack();
  let cluster: Cluster;
  let here: ApiProgram;
  let there: ApiProgram;
  let operator: string;

  before(async () => {
    cluster = await openCluster();
    closing.defer(() => cluster.close());
    [here, there] = [await cluster.startApi(), await cluster.startApi()];
    operator = await tokenOf('olga', 'operator');
  });
  after(() => closing.disposeAsync());

  const urlOf = ({ port }: ApiProgram): string => `http://127.0.0.1:${port}/graphql`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const statusAt = async (api: ApiProgram, token: string) => (await ask(urlOf(api), { headers: bearer(token) })).status;
  const claimOf = (token: string, name: string): string =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())[name];
  async function operate(query: string, variables: Record<string, string> = {}) {
    const body = JSON.stringify({ query, variables });
    return JSON.parse((await ask(urlOf(here), { headers: bearer(operator), body })).text).data;
  }
  const revokeTokensOf = async (subject: string) =>
    (
      await operate(
        `mutation ($subject: String!) { revokeTokensOf(subject: $subject) { __typename
          ... on RevokeTokensSuccess { revocation { subject tokenId revokedBy revokedAt endsAt } } } }`,
        { subject },
      )
    ).revokeTokensOf;

  test('a token revoked by its jti is refused at once there and within seconds elsewhere', async () => {
    const [lost, kept] = [await tokenOf('joe', 'customer'), await tokenOf('joe', 'customer')];
    for (const token of [lost, kept]) assert.equal(await statusAt(there, token), 200);
    const { revokeToken } = await operate(
      'mutation ($id: String!) { revokeToken(tokenId: $id) { __typename ... on Problem { message } } }',
      { id: claimOf(lost, 'jti') },
    );
    assert.equal(revokeToken.__typename, 'RevokeTokensSuccess');
    const { status, challenge, text } = await ask(urlOf(here), { headers: bearer(lost) });
    assert.deepEqual([status, challenge], [401, 'Bearer']);
    assert.deepEqual(JSON.parse(text).errors, [
      { message: 'Your token has been revoked; sign in again.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    await until('the other one refuses it', async () => (await statusAt(there, lost)) === 401, 10_000);
    assert.equal(await askBySocket(urlOf(there), bearer(lost)), 4403);
    for (const api of [here, there]) assert.equal(await statusAt(api, kept), 200);
  });

  test('revoked tokens end their open streams and sockets at both APIs, with the reason', async () => {
    const owner = await here.clientOf('ann', 'customer');
    const { id } = await createCompany(owner, requestFor('revoked.localhost', { draft: true }));
    const token = await tokenOf('ann', 'customer');
    const query = `subscription { companyStatusChanged(companyId: "${id}") { version } }`;
    const open = [here, there].map((api) => {
      const begun = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<{ code: number; reason: string }>();
      const client = createClient({
        url: urlOf(api).replace('http:', 'ws:'),
        webSocketImpl: WebSocket,
        connectionParams: bearer(token),
        retryAttempts: 0,
        lazy: false,
        onNonLazyError() {},
        // The library hands on what the WebSocket itself tells of its close.
        on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
      });
      const told: unknown[] = [];
      client.subscribe(
        { query },
        {
          next(result) {
            told.push(result.errors?.[0]?.extensions?.['code'] ?? result.data);
            begun.resolve();
          },
          error: begun.reject,
          complete() {},
        },
      );
      const events = ask(urlOf(api), {
        headers: { ...bearer(token), accept: 'text/event-stream' },
        body: JSON.stringify({ query }),
      });
      return { begun: begun.promise, closed: closed.promise, told, events, dispose: () => client.dispose() };
    });
    await Promise.all(open.map(({ begun }) => begun));
    const { __typename, revocation } = await revokeTokensOf('ann');
    assert.equal(__typename, 'RevokeTokensSuccess');
    assert.deepEqual([revocation.subject, revocation.tokenId, revocation.revokedBy], ['ann', null, 'olga']);
    assert.equal(
      Date.parse(revocation.endsAt) - Date.parse(revocation.revokedAt),
      86_460_000,
      'with the longest token',
    );
    for (const { closed, told, events, dispose } of open) {
      assert.match(
        (await events).text,
        /"version":1.*Your token has been revoked.*"UNAUTHENTICATED".*event: complete/s,
      );
      const { code, reason } = await closed;
      assert.deepEqual([code, reason], [4403, 'Your token has been revoked; sign in again.']);
      assert.deepEqual(told, [{ companyStatusChanged: { version: 1 } }, 'UNAUTHENTICATED']);
      await dispose();
    }
  });

  test('a subject’s revocation covers earlier tokens and not later ones', async () => {
    const secret = new TextEncoder().encode(cluster.env['AUTH_JWT_SECRET']);
    const now = Math.floor(Date.now() / 1_000);
    const issued = (claims: { iat?: number }): Promise<string> =>
      new SignJWT({ sub: 'kim', email: 'kim@customers.example', roles: ['customer'], exp: now + 600, ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(secret);
    const [old, undated, later] = [await issued({ iat: now }), await issued({}), await issued({ iat: now + 60 })];
    await revokeTokensOf('kim');
    assert.deepEqual(await Promise.all([old, undated, later].map((token) => statusAt(here, token))), [401, 401, 200]);
  });

  test('a revocation lasts until its end, which removes it from the list', async () => {
    const token = await tokenOf('tim', 'customer');
    const listed = async () => {
      const { revocations } = await operate('{ revocations { edges { node { subject tokenId } } } }');
      return revocations.edges.map(({ node }: { node: { subject: string } }) => node.subject);
    };
    await revokeTokensOf('tim');
    await revokeTokensOf('ann');
    await revokeTokensOf('tim');
    assert.deepEqual((await listed()).slice(0, 2), ['tim', 'ann'], 'each once, the newest first');
    assert.equal((await listed()).filter((subject: string) => subject === 'tim').length, 1);
    assert.equal(await statusAt(here, token), 401);
    await cluster.query(`update revocation set ends_at = now() where value = 'tim'`);
    await until('it is over', async () => (await statusAt(here, token)) === 200, 10_000);
    assert.ok(!(await listed()).includes('tim'));
  });

  for (const [title, subject, code] of [
    ['nobody', '', 'REQUIRED'],
    ['a control character', 'a\0b', 'INVALID_CHARACTERS'],
    ['256 characters', 'x'.repeat(256), 'TOO_LONG'],
    ['a whole token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', 'INVALID_FORMAT'],
  ] as const) {
    test(`tokens cannot be revoked by ${title}`, async () => {
      const { revokeTokensOf: answer } = await operate(
        'mutation ($s: String!) { revokeTokensOf(subject: $s) { ... on ValidationError { faults { field code } } } }',
        { s: subject },
      );
      assert.deepEqual(answer, { faults: [{ field: 'subject', code }] });
    });
  }

  test('revocations are in the audit log with their operator, and so are refusals', async () => {
    const { auditLog } = await operate(
      '{ auditLog(filter: { subject: "olga" }) { edges { node { action outcome } } } }',
    );
    const seen = auditLog.edges.map(({ node }: { node: { action: string; outcome: string } }) =>
      Object.values(node).join(' '),
    );
    for (const entry of ['REVOKE_TOKEN RevokeTokensSuccess', 'REVOKE_TOKENS_OF RevokeTokensSuccess']) {
      assert.ok(seen.includes(entry), entry);
    }
  });

  test('revoked tokens stay revoked for an API that starts later', async () => {
    const token = await tokenOf('ann', 'customer');
    await revokeTokensOf('ann');
    const anew = await cluster.startApi();
    assert.equal(await statusAt(anew, token), 401);
  });
});
