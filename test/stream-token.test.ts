import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { schema } from '../schema/index.ts';
import { signToken } from '../src/access/authenticate.ts';
import { type Client, openClient } from '../src/client/client.ts';
import { CancelProvisioningDocument, ProvisionCompanyDocument } from '../src/client/operations.ts';
import { openLog } from '../src/observability/log.ts';
import { secretBox } from '../src/secrets/secret-box.ts';
import { ask, askBySocket } from './support/ask.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const jwtSecret = 'a secret that only the tests of stream tokens use';
const [newest, oldest, unknown] = ['newest', 'oldest', 'unknown'].map((id) => ({ id, bytes: randomBytes(32) }));
assert.ok(newest && oldest && unknown);
const logged: string[] = [];
const log = openLog('debug', { write: (line) => void logged.push(line) });
const { url } = await openTestService(
  { after },
  {
    env: {
      AUTH_JWT_SECRET: jwtSecret,
      SECRET_KEYS: [newest, oldest].map(({ id, bytes }) => `${id}:${bytes.toString('base64')}`).join(),
      CUSTOMER_STREAMS: '2',
    },
    parts: { api: true, worker: false },
    log,
  },
);

const tokenOf = (subject: string, role: 'customer' | 'operator' = 'customer', life = '1h') =>
  signToken(jwtSecret, { subject, email: `${subject}@customers.example`, roles: [role] }, life);
const clientOf = async (subject: string) => openClient(url, await tokenOf(subject));
const owner = await clientOf('jane');
let companies = 0;
const newCompany = async (client: Client = owner): Promise<string> => {
  companies += 1;
  return (await createCompany(client, requestFor(`tokens-${companies}.localhost`, { draft: true }))).id;
};
const id = await newCompany();

const tokens: string[] = [];
/** A stream token for the company, made with this token. */
async function streamTokenBy(token: string, companyId: string) {
  const query = `mutation { createStreamToken(companyId: "${companyId}") { __typename
    ... on CreateStreamTokenSuccess { token expiresAt } } }`;
  const { text } = await ask(url, { headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ query }) });
  const { createStreamToken: result } = JSON.parse(text).data;
  assert.equal(result.__typename, 'CreateStreamTokenSuccess', text);
  tokens.push(result.token);
  return result as { token: string; expiresAt: string };
}
const subscriptionOf = (companyId: string): string =>
  `subscription { companyStatusChanged(companyId: "${companyId}", sinceVersion: 0) { version company { companyName } } }`;
const addressOf = (streamToken: string, query: string): string =>
  `${url}?${new URLSearchParams({ query, streamToken })}`;
const events = 'text/event-stream';

/** A stream as EventSource opens it: a GET without further headers. */
class Stream {
  readonly #chunks: AsyncIterator<string>;
  #text = '';
  private constructor(response: Response) {
    this.#chunks = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>)
      .pipeThrough(new TextDecoderStream())
      [Symbol.asyncIterator]();
  }
  static async open(token: string, companyId: string, lastEventId?: number): Promise<Stream> {
    const headers = { accept: events, ...(lastEventId && { 'last-event-id': String(lastEventId) }) };
    const response = await fetch(addressOf(token, subscriptionOf(companyId)), { headers });
    assert.equal(response.status, 200);
    return new Stream(response);
  }
  /** The data of the next result; undefined once the stream has ended. */
  async next() {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      const message = this.#text.slice(0, Math.max(end, 0));
      if (end >= 0) this.#text = this.#text.slice(end + 2);
      const data = /^data: (.+)$/m.exec(message)?.[1];
      if (data) return JSON.parse(data);
      if (end >= 0) continue;
      const { done, value } = await this.#chunks.next();
      if (done) return undefined;
      this.#text += value;
    }
  }
  async version(): Promise<number> {
    return (await this.next()).data.companyStatusChanged.version;
  }
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** The status and the code of the error, or of the first result. */
async function refusal(address: string, headers: Record<string, string> = {}, method = 'GET', body?: string) {
  const answer = await ask(address, {
    method,
    // A stream that opens after all would not end.
    signal: AbortSignal.timeout(10_000),
    headers: { accept: `${events}, application/json`, ...headers },
    ...(body ? { body } : {}),
  });
  const json = answer.type === events ? (/^data: (.+)$/m.exec(answer.text)?.[1] ?? '{}') : answer.text;
  return [answer.status, JSON.parse(json).errors?.[0]?.extensions?.code];
}

describe('a stream token', () => {
  test('a stream token opens its company’s stream and resumes it by Last-Event-ID', async () => {
    const watched = await newCompany();
    const { token } = await streamTokenBy(await tokenOf('jane'), watched);
    const stream = await Stream.open(token, watched);
    assert.equal((await stream.next()).data.companyStatusChanged.company.companyName, 'Acme Corporation');
    await owner.execute(ProvisionCompanyDocument, { companyId: watched });
    assert.equal(await stream.version(), 2);
    await stream.close();
    await owner.execute(CancelProvisioningDocument, { companyId: watched });
    const resumed = await Stream.open(token, watched, 2);
    assert.equal(await resumed.version(), 3);
    await resumed.close();
  });

  test('a stream token does not open another company’s stream, though it is the same owner’s', async () => {
    const { token } = await streamTokenBy(await tokenOf('jane'), id);
    assert.deepEqual(await refusal(addressOf(token, subscriptionOf(await newCompany()))), [200, 'NOT_FOUND']);
  });

  test('a stream token opens no other company for an operator', async () => {
    const { token } = await streamTokenBy(await tokenOf('olga', 'operator'), id);
    assert.deepEqual(await refusal(addressOf(token, subscriptionOf(await newCompany()))), [200, 'NOT_FOUND']);
  });

  for (const query of [
    '{ __typename }',
    '{ companies { edges { node { id } } } }',
    `{ company(id: "${id}") { id } }`,
    '{ __schema { types { name } } }',
    '{ unknown }',
    `mutation { createStreamToken(companyId: "${id}") { __typename } }`,
    'subscription { companiesStatusChanged { cursor } }',
  ]) {
    test(`a stream token is refused for ${query.replace(id, 'COMP')}`, async () => {
      const { token } = await streamTokenBy(await tokenOf('jane'), id);
      assert.deepEqual(await refusal(addressOf(token, query)), [403, 'FORBIDDEN']);
    });
  }

  test('every subscription that a stream token does not open refuses it', () => {
    // A subscription that is added must check `onlyStreamOf`, be tested here or beside its own tests, and be named here.
    const subscriptions = Object.keys(schema.getSubscriptionType()?.getFields() ?? {});
    assert.deepEqual(subscriptions, ['companiesStatusChanged', 'companyStatusChanged', 'provisioningLog']);
  });

  test('a stream token is refused in a POST, as a header and in a WebSocket', async () => {
    const { token } = await streamTokenBy(await tokenOf('jane'), id);
    const query = subscriptionOf(id);
    const address = addressOf(token, query);
    const body = JSON.stringify({ query });
    assert.deepEqual(await refusal(address, {}, 'POST', body), [401, 'UNAUTHENTICATED']);
    assert.deepEqual(await refusal(address, { authorization: `Bearer ${token}` }), [401, 'UNAUTHENTICATED']);
    const json = JSON.stringify({ query, streamToken: token });
    assert.deepEqual(await refusal(url, {}, 'POST', json), [401, 'UNAUTHENTICATED']);
    for (const parameters of [{}, { streamToken: token }, { authorization: `Bearer ${token}` }])
      assert.equal(await askBySocket(address, parameters), 4403);
  });

  test('a stream token adds nothing to a request that has an Authorization header', async () => {
    const { token } = await streamTokenBy(await tokenOf('jane'), id);
    const headers = { authorization: `Bearer ${await tokenOf('joe')}` };
    assert.deepEqual(await refusal(addressOf(token, subscriptionOf(id)), headers), [200, 'NOT_FOUND']);
    assert.deepEqual(await refusal(addressOf(token, subscriptionOf(id)), { authorization: 'Bearer no' }), [
      401,
      'UNAUTHENTICATED',
    ]);
  });

  const content = (changes: object = {}): string =>
    JSON.stringify({
      until: Date.now() + 60_000,
      companyId: id,
      subject: 'jane',
      roles: ['customer'],
      issuedAt: Date.now(),
      ...changes,
    });
  const invalid: Readonly<Record<string, () => string>> = {
    empty: () => '',
    'that is a JWT': () => 'e30.e30.e30',
    'with a changed character': () =>
      secretBox([newest])
        .seal(content(), 'stream token')
        .replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
    'sealed for another purpose': () => secretBox([newest]).seal(content(), 'tokens-1.localhost'),
    'under an unknown key': () => secretBox([unknown]).seal(content(), 'stream token'),
    'that is not JSON': () => secretBox([newest]).seal('{', 'stream token'),
    'of an unknown role': () => secretBox([newest]).seal(content({ roles: ['root'] }), 'stream token'),
    'without a company': () => secretBox([newest]).seal(content({ companyId: undefined }), 'stream token'),
    'without an end': () => secretBox([newest]).seal(content({ until: undefined }), 'stream token'),
    'that has expired': () => secretBox([newest]).seal(content({ until: Date.now() }), 'stream token'),
  };
  for (const [title, make] of Object.entries(invalid)) {
    test(`a stream token ${title} opens nothing`, async () => {
      assert.deepEqual(await refusal(addressOf(make(), subscriptionOf(id))), [401, 'UNAUTHENTICATED']);
    });
  }

  test('a stream token under an older key of SECRET_KEYS still opens its stream', async () => {
    for (const key of [oldest, newest]) {
      const stream = await Stream.open(secretBox([key]).seal(content(), 'stream token'), id);
      assert.equal(await stream.version(), 1);
      await stream.close();
    }
  });

  test('a stream token expires after 15 minutes', async () => {
    const before = Date.now();
    const { expiresAt } = await streamTokenBy(await tokenOf('jane'), id);
    const life = Date.parse(expiresAt) - before;
    assert.ok(life >= 900_000 && life <= 900_000 + Date.now() - before, `${life} ms`);
  });

  test('a stream token expires with the token that made it, and ends its open stream', {
    timeout: 30_000,
  }, async () => {
    const own = await tokenOf('jane', 'customer', '4s');
    const { exp } = JSON.parse(Buffer.from(own.split('.')[1] ?? '', 'base64url').toString());
    const { token, expiresAt } = await streamTokenBy(own, id);
    assert.equal(Date.parse(expiresAt), exp * 1_000);
    const stream = await Stream.open(token, id);
    assert.equal(await stream.version(), 1);
    assert.equal((await stream.next()).errors[0].extensions.code, 'UNAUTHENTICATED');
    assert.equal(await stream.next(), undefined);
    assert.deepEqual(await refusal(addressOf(token, subscriptionOf(id))), [401, 'UNAUTHENTICATED']);
  });

  for (const [how, claim] of [
    ['revokeToken(tokenId:', 'jti'],
    ['revokeTokensOf(subject:', 'sub'],
  ] as const) {
    test(`a stream token is revoked with the token that made it, by its ${claim}`, { timeout: 30_000 }, async () => {
      const company = await newCompany(await clientOf(`of-${claim}`));
      const own = await tokenOf(`of-${claim}`);
      const value = JSON.parse(Buffer.from(own.split('.')[1] ?? '', 'base64url').toString())[claim];
      const { token } = await streamTokenBy(own, company);
      const stream = await Stream.open(token, company);
      assert.equal(await stream.version(), 1);
      const headers = { authorization: `Bearer ${await tokenOf('olga', 'operator')}` };
      const body = JSON.stringify({ query: `mutation { ${how} "${value}") { __typename } }` });
      assert.match((await ask(url, { headers, body })).text, /RevokeTokensSuccess/);
      assert.equal((await stream.next()).errors[0].extensions.code, 'UNAUTHENTICATED');
      assert.equal(await stream.next(), undefined);
      assert.deepEqual(await refusal(addressOf(token, subscriptionOf(company))), [401, 'UNAUTHENTICATED']);
    });
  }

  test('streams that stream tokens open count for the subject that made them', async () => {
    const own = await tokenOf('ann');
    const company = await newCompany(openClient(url, own));
    const [{ token }, other] = [await streamTokenBy(own, company), await streamTokenBy(await tokenOf('ann'), company)];
    const streams = [await Stream.open(token, company), await Stream.open(other.token, company)];
    for (const stream of streams) assert.equal(await stream.version(), 1);
    assert.deepEqual(await refusal(addressOf(token, subscriptionOf(company))), [429, 'TOO_MANY_REQUESTS']);
    for (const stream of streams) await stream.close();
  });

  test('a stream token’s creation is in the audit log, without the token', { timeout: 30_000 }, async () => {
    const company = await newCompany();
    const { token } = await streamTokenBy(await tokenOf('jane'), company);
    const headers = { authorization: `Bearer ${await tokenOf('olga', 'operator')}` };
    const fields = 'action outcome subject companyId target';
    const query = `{ auditLog(filter: { companyId: "${company}" }) { edges { node { ${fields} } } } }`;
    const entries = async () => {
      const { text } = await ask(url, { headers, body: JSON.stringify({ query }) });
      assert.ok(!text.includes(token));
      return JSON.parse(text).data.auditLog.edges.map(({ node }: { node: { action: string } }) => node);
    };
    // It is recorded in the background; each turn is a request, and the test's time is the limit.
    let found = await entries();
    while (found[0]?.action !== 'CREATE_STREAM_TOKEN') found = await entries();
    const [outcome, action] = ['CreateStreamTokenSuccess', 'CREATE_STREAM_TOKEN'];
    assert.deepEqual(found[0], { action, outcome, subject: 'jane', companyId: company, target: null });
  });

  test('no log line has a stream token, not even at debug', () => {
    assert.ok(logged.some((line) => line.includes('"path":"/graphql"') && line.includes('"method":"GET"')));
    assert.ok(tokens.length > 10);
    for (const token of tokens)
      for (const part of token.split('.').filter((text) => text.length > 10))
        assert.ok(!logged.some((line) => line.includes(part)));
    assert.ok(!logged.some((line) => line.includes('streamToken')));
  });
});
