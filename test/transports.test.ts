import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createClient as createSocketClient } from 'graphql-ws';
import { Redis } from 'ioredis';
import { WebSocket } from 'ws';
import type { StatusChange } from '../src/client/client.ts';
import {
  CompanyStatusChangedDocument,
  type CompanyStatusChangedSubscription,
  CreateCompanyDocument,
  ProvisionCompanyDocument,
} from '../src/client/operations.ts';
import { openEmbeddedRedis } from '../src/embedded/redis.ts';
import { openSandboxHost } from '../src/site-hosts/sandbox/sandbox-host.ts';
import { ask } from './support/ask.ts';
import { Faults, faultyHost } from './support/faulty-host.ts';
import { createCompany, openTestService, readCompany, requestFor } from './support/test-service.ts';

const folder = mkdtempSync(join(tmpdir(), 'test-transports-'));
const redis = await openEmbeddedRedis(folder);
const onRedis = new Redis(redis.url);
const faults = new Faults();
const sandbox = faultyHost(openSandboxHost({ directory: join(folder, 'sites') }), faults);
let appsFail: Error | undefined;
const host = {
  ...sandbox,
  offeredApps: () => (appsFail ? Promise.reject(appsFail) : sandbox.offeredApps()),
};
const { url, clientOf, tokenOf } = await openTestService({ after }, { host, env: { REDIS_URL: redis.url } });
after(async () => {
  onRedis.disconnect();
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

const jane = await clientOf('jane', 'customer');
const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;
const query = CompanyStatusChangedDocument.toString();
interface Result {
  readonly data?: CompanyStatusChangedSubscription | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}
interface Watched {
  readonly companyId: string;
  readonly sinceVersion?: number;
}
/** How a client watches: events until the stream completes, or until `signal` ends it from here. */
type Watch = (variables: Watched, signal?: AbortSignal) => AsyncGenerator<Result, void>;

/** EventSource’s way, which has neither a body nor a library: one message after each empty line. */
async function* watchByGet(variables: Watched, signal?: AbortSignal): AsyncGenerator<Result, void> {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const headers = { authorization, accept: 'text/event-stream' };
  const response = await fetch(`${url}?${parameters}`, { headers, signal: signal ?? null });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const messages = `${text}${chunk}`.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      if (/^event: complete$/m.test(message)) return;
      const data = /^event: next\ndata: (.+)$/m.exec(message)?.[1];
      if (data) yield JSON.parse(data);
    }
  }
  assert.fail('The stream broke off.');
}

async function* watchBySocket(variables: Watched, signal?: AbortSignal): AsyncGenerator<Result, void> {
  const address = url.replace('http:', 'ws:');
  const connectionParams = { authorization };
  const client = createSocketClient({ url: address, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  signal?.addEventListener('abort', () => client.terminate());
  try {
    yield* client.iterate<CompanyStatusChangedSubscription>({
      query,
      variables: { ...variables },
    }) as ReturnType<Watch>;
  } finally {
    await client.dispose();
  }
}

/** graphql-sse’s way, by POST. */
async function* watchByClient({ companyId, sinceVersion }: Watched): AsyncGenerator<Result, void> {
  for await (const companyStatusChanged of jane.watch(companyId, sinceVersion))
    yield { data: { companyStatusChanged } };
}

const transports: Record<string, Watch> = {
  'SSE by GET': watchByGet,
  'SSE by POST': watchByClient,
  WebSocket: watchBySocket,
};
const changeOf = ({ data, errors }: Result): StatusChange =>
  data?.companyStatusChanged ?? assert.fail(JSON.stringify(errors));
const changesOf = (stream: AsyncIterable<Result>): Promise<StatusChange[]> => Array.fromAsync(stream, changeOf);
const versionsOf = (changes: readonly StatusChange[]) => changes.map(({ version }) => version);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A company whose work stops at its site until it is told to go on. */
async function startCompany(domain: string) {
  const entered = faults.count('create-site');
  const goOn = faults.pause('create-site');
  const { id } = await createCompany(jane, requestFor(domain));
  await faults.reached('create-site', { nth: entered + 1 });
  return { id, goOn };
}

describe('live streams', () => {
  let id = '';
  let goOn = (): void => {};
  let then: Awaited<ReturnType<typeof readCompany>>;
  before(async () => {
    ({ id, goOn } = await startCompany('live.localhost'));
    then = await readCompany(jane, id);
  });

  for (const [name, watch] of Object.entries(transports)) {
    test(`a stream over ${name} begins with the present state`, async () => {
      for await (const result of watch({ companyId: id })) {
        const { version, status, progress } = changeOf(result);
        assert.deepEqual([version, status, progress], [then.version, 'PROVISIONING', then.progress]);
        break;
      }
    });
  }

  test('a company is watched from QUEUED to ACTIVE over every transport at once', async () => {
    const watching = Object.values(transports).map(async (watch) => {
      const changes: StatusChange[] = [];
      for await (const result of watch({ companyId: id, sinceVersion: 0 })) {
        changes.push(changeOf(result));
        if (changes.length === then.version) attached.shift()?.();
      }
      return changes;
    });
    const attached: (() => void)[] = [];
    await Promise.all(watching.map(() => new Promise<void>((resolve) => attached.push(resolve))));
    goOn();
    const [first = [], ...others] = await Promise.all(watching);
    assert.deepEqual(versionsOf(first), upTo(first.length));
    assert.ok(first.length > then.version);
    assert.deepEqual([...new Set(first.map(({ status }) => status))], ['QUEUED', 'PROVISIONING', 'ACTIVE']);
    assert.deepEqual([first.at(-1)?.status, first.at(-1)?.progress], ['ACTIVE', 100]);
    const percents = first.map(({ progress }) => progress);
    assert.deepEqual(
      percents,
      percents.toSorted((one, other) => one - other),
    );
    for (const other of others) assert.deepEqual(other, first);
  });

  for (const [name, watch] of Object.entries(transports)) {
    test(`a stream over ${name} resumes after any version, and completes`, async () => {
      const { version: last } = await readCompany(jane, id);
      for (const sinceVersion of [0, 1, 5, last - 1, last]) {
        const versions = versionsOf(await changesOf(watch({ companyId: id, sinceVersion })));
        assert.deepEqual(versions, upTo(last).slice(sinceVersion));
      }
      assert.deepEqual(versionsOf(await changesOf(watch({ companyId: id }))), [last]);
    });
  }

  test('EventSource resumes by the ids of its events, and ends', async () => {
    const { version: last } = await readCompany(jane, id);
    const idsSince = async (sinceVersion: number | undefined, seen: string) => {
      const parameters = new URLSearchParams({ query, variables: JSON.stringify({ companyId: id, sinceVersion }) });
      const headers = { authorization, accept: 'text/event-stream', ...(seen && { 'last-event-id': seen }) };
      const answer = await ask(`${url}?${parameters}`, { method: 'GET', headers });
      assert.equal(answer.headers['x-accel-buffering'], answer.status === 200 ? 'no' : undefined);
      return [answer.status, [...answer.text.matchAll(/^id: (\d+)$/gm)].map(([, version]) => Number(version))];
    };
    assert.deepEqual(await idsSince(0, ''), [200, upTo(last)]);
    assert.deepEqual(await idsSince(0, `${last - 2}`), [200, [last - 1, last]]);
    assert.deepEqual(await idsSince(last - 1, '2'), [200, [last]]);
    assert.deepEqual(await idsSince(undefined, '2'), [200, upTo(last).slice(2)]);
    assert.deepEqual(await idsSince(0, `${last}`), [204, []]);
    assert.deepEqual(await idsSince(last, ''), [200, []]);
  });

  for (const [name, watch] of Object.entries({ 'SSE by GET': watchByGet, WebSocket: watchBySocket })) {
    test(`a stream over ${name} refuses versions that do not exist`, async () => {
      const { version } = await readCompany(jane, id);
      for (const sinceVersion of [-1, version + 1, 2 ** 31 - 1]) {
        const [result, ...more] = await Array.fromAsync(watch({ companyId: id, sinceVersion }));
        assert.equal(result?.errors?.[0]?.extensions?.['code'], 'BAD_USER_INPUT');
        assert.equal(result.data ?? null, null);
        assert.deepEqual(more, []);
      }
    });
  }
});

describe('many watchers of one company', () => {
  let id = '';
  let goOn = (): void => {};
  before(async () => {
    ({ id, goOn } = await startCompany('crowd.localhost'));
  });
  const listening = async (): Promise<number> => {
    const [channel, ...others] = (await onRedis.pubsub('CHANNELS', `company:*:${id}`)).map(String);
    assert.deepEqual(others, []);
    return channel === undefined ? 0 : Number((await onRedis.pubsub('NUMSUB', channel))[1]);
  };

  for (const [name, watch] of Object.entries({ 'SSE by GET': watchByGet, WebSocket: watchBySocket })) {
    test(`fifty watchers that hang up leave nothing behind: ${name}`, { timeout: 20_000 }, async () => {
      const hangUp = new AbortController();
      const streams = Array.from({ length: 50 }, () => watch({ companyId: id }, hangUp.signal));
      for (const { value } of await Promise.all(streams.map((stream) => stream.next()))) {
        assert.equal(changeOf(value ?? {}).status, 'PROVISIONING');
      }
      assert.equal(await listening(), 1);
      hangUp.abort();
      await Promise.all(streams.map((stream) => assert.rejects(stream.next())));
      // Each turn is a round trip to Redis; the test's time is the limit.
      while ((await listening()) > 0);
    });
  }

  test('a hundred watchers of one company get the same events', async () => {
    const { version } = await readCompany(jane, id);
    let behind = 100;
    const { promise: allAttached, resolve } = Promise.withResolvers<void>();
    const watching = Array.from({ length: 100 }, async (_, index) => {
      const changes: StatusChange[] = [];
      const watch = index % 2 === 0 ? watchByGet : watchBySocket;
      for await (const result of watch({ companyId: id, sinceVersion: 0 })) {
        changes.push(changeOf(result));
        if (changes.length === version && --behind === 0) resolve();
      }
      return changes;
    });
    await Promise.race([allAttached, Promise.all(watching)]);
    goOn();
    const [first = [], ...others] = await Promise.all(watching);
    assert.deepEqual(versionsOf(first), upTo(first.length));
    assert.equal(first.at(-1)?.status, 'ACTIVE');
    for (const other of others) assert.deepEqual(other, first);
  });
});

describe('internal errors', () => {
  const told = /^Something went wrong on our side\. Give this reference to support: ([\da-f-]{36})$/;
  const input = requestFor('masked.localhost', { draft: true });
  const body = JSON.stringify({ query: CreateCompanyDocument.toString(), variables: { input } });
  const secret = 'connect ECONNREFUSED postgres://bench:hunter2@10.0.0.7';

  function assertMasked(result: Result) {
    const [error] = result.errors ?? [];
    const reference = told.exec(error?.message ?? '')?.[1];
    assert.ok(reference, JSON.stringify(result));
    assert.deepEqual(error?.extensions, { code: 'INTERNAL_SERVER_ERROR', reference });
    assert.doesNotMatch(JSON.stringify(result), /hunter2|ECONNREFUSED|stack|\.ts/);
    return reference;
  }

  test('an internal error is answered with a new reference each time, over HTTP and WebSocket', async (t) => {
    appsFail = new Error(secret);
    t.after(() => {
      appsFail = undefined;
    });
    const { text } = await ask(url, { headers: { authorization }, body });
    const client = createSocketClient({
      url: url.replace('http:', 'ws:'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
    });
    t.after(() => client.dispose());
    const [result] = await Array.fromAsync(client.iterate(JSON.parse(body)));
    assert.notEqual(assertMasked(JSON.parse(text)), assertMasked(JSON.parse(JSON.stringify(result))));
  });

  test('an internal error has no side effects', async () => {
    const { id, version } = await createCompany(jane, input);
    assert.equal(version, 1);
    const { provisionCompany } = await jane.execute(ProvisionCompanyDocument, { companyId: id });
    assert.equal(provisionCompany.__typename, 'ProvisionCompanySuccess');
  });
});
