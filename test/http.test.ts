import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Answer, ask } from './support/ask.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

const { url, clientOf, tokenOf } = await openTestService({ after }, { parts: { api: true, worker: false } });
const authorization = `Bearer ${await tokenOf('jane', 'customer')}`;
const origin = new URL(url).origin;
const { id } = await createCompany(await clientOf('jane', 'customer'), requestFor('acme.localhost', { draft: true }));

const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask(url, { headers: { authorization, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
const get = (path: string, headers: Record<string, string> = {}) =>
  ask(`${origin}${path}`, { method: 'GET', headers: { authorization, ...headers } });
const messageOf = ({ text }: Answer): string => {
  const { errors }: { errors?: { message: string }[] } = JSON.parse(text);
  return errors?.[0]?.message ?? assert.fail(text);
};

describe('queries', () => {
  const query = 'query Read($id: ID!) { company(id: $id) { status } }';
  const expected = { data: { company: { status: 'DRAFT' } } };
  const parameters = new URLSearchParams({ query, variables: JSON.stringify({ id }), operationName: 'Read' });
  for (const accept of ['application/graphql-response+json', 'application/json', '*/*']) {
    const type = accept === '*/*' ? 'application/json' : accept;
    test(`a query is answered by POST and by GET, as ${accept}`, async () => {
      const answers = [
        await post({ query, variables: { id } }, { accept }),
        await get(`/graphql?${parameters}`, { accept }),
      ];
      for (const answer of answers) {
        assert.equal(answer.status, 200);
        assert.ok(answer.type?.startsWith(type), answer.type);
        assert.deepEqual(JSON.parse(answer.text), expected);
      }
    });
  }
  test('a query is answered by POST with a character set', async () => {
    const { status } = await post({ query, variables: { id } }, { 'content-type': 'application/json; charset=utf-8' });
    assert.equal(status, 200);
  });
  test('the named one of two operations is answered', async () => {
    const two = 'query One { __typename } query Two { companies { edges { node { id } } } }';
    const { text } = await post({ query: two, operationName: 'Two' });
    assert.deepEqual(JSON.parse(text).data.companies.edges.length, 1);
  });
});

describe('malformed requests', () => {
  const two = 'query A { __typename } query B { __typename }';
  const cases: Record<string, () => Promise<Answer>> = {
    'an empty body': () => post(''),
    'broken JSON': () => post('{"query":"{ __typename }","variables":{"adminPassword":"Canary-7f3a"'),
    'a word': () => post('Canary-7f3a'),
    null: () => post('null'),
    'a number': () => post('7'),
    'an empty batch': () => post([]),
    'a batch': () => post([{ query: '{ __typename }' }, { query: '{ __typename }' }]),
    'no query': () => post({}),
    'an empty query': () => post({ query: '' }),
    'a query that is a number': () => post({ query: 7 }),
    'variables that are a text': () => post({ query: '{ __typename }', variables: 'Canary-7f3a' }),
    'a syntax error': () => post({ query: '{' }),
    'an unknown field': () => post({ query: '{ nothing }' }),
    'an unknown operation': () => post({ query: two, operationName: 'C' }),
    'two operations without a name': () => post({ query: two }),
    'a variable that is missing': () => post({ query: 'query ($id: ID!) { company(id: $id) { id } }' }),
    'a version that is no Int': () =>
      post({
        query: `subscription { companyStatusChanged(companyId: "${id}", sinceVersion: 3000000000) { version } }`,
      }),
    'broken variables by GET': () => get('/graphql?query=%7B__typename%7D&variables=%7BCanary-7f3a'),
    'a broken escape by GET': () => get('/graphql?query=%'),
    'another method': () => ask(url, { method: 'PUT', headers: { authorization } }),
  };
  for (const [title, asking] of Object.entries(cases)) {
    test(title, async () => {
      const answer = await asking();
      assert.ok(answer.status && answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
      assert.match(answer.type ?? '', /^application\/(graphql-response\+)?json/);
      assert.ok(messageOf(answer).length > 0);
      assert.doesNotMatch(answer.text, /\.[jt]s:\d|node_modules|stack|"data"/);
      assert.doesNotMatch(answer.text, /Canary/, 'it repeats what was sent');
    });
  }
});

describe('oversized requests', () => {
  const sized = (bytes: number): string => {
    const body = JSON.stringify({ query: '{ __typename }', variables: { padding: '' } });
    return body.replace('""', `"${'x'.repeat(bytes - Buffer.byteLength(body))}"`);
  };
  test('a body of 250,001 bytes is refused, one of 250,000 is not', async () => {
    assert.equal((await post(sized(250_000))).status, 200);
    for (const bytes of [250_001, 5_000_000]) {
      const answer = await post(sized(bytes));
      assert.equal(answer.status, 413);
      assert.match(messageOf(answer), /250000 bytes/);
    }
    const multibyte = JSON.stringify({ query: '{ __typename }', variables: { padding: 'ä'.repeat(125_000) } });
    assert.equal((await post(multibyte)).status, 413);
  });

  const company = (inner: string): string => `company(id: "${id}") { ${inner} }`;
  const nest = (depth: number): string =>
    depth === 0 ? 'id' : `history(first: 1) { edges { node { company { ${nest(depth - 1)} } } } }`;
  const pages = (inner: string): string => `history(first: 100) { edges { node { company { ${inner} } } } }`;
  const cases: readonly [title: string, operation: string, expected: RegExp][] = [
    ['1,003 tokens', `{ ${'a: __typename '.repeat(334)} }`, /more than 1000 tokens/],
    ['101 aliases', `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: __typename`).join(' ')} }`, /breadth/],
    ['a deep query', `{ ${company(nest(4))} }`, /depth/],
    [
      'a broad query',
      `{ ${Array.from({ length: 80 }, (_, n) => `a${n}: ${company('id status')}`)
        .join(' ')
        .replaceAll(/\(.+?\)/g, '(id: $i)')} }`,
      /breadth|tokens/,
    ],
    [
      'pages of pages of pages',
      `{ companies(first: 100) { edges { node { ${pages('history(first: 100) { edges { node { version } } }')} } } } }`,
      /complex/,
    ],
    [
      'a deep subscription',
      `subscription { companyStatusChanged(companyId: "${id}") { company { ${nest(4)} } } }`,
      /depth/,
    ],
  ];
  for (const [title, operation, expected] of cases) {
    test(`${title}: refused over HTTP`, { timeout: 2_000 }, async () => {
      const accept = operation.startsWith('sub') ? 'text/event-stream' : 'application/json';
      const { text } = await ask(url, {
        headers: { authorization, accept },
        body: JSON.stringify({ query: operation }),
      });
      assert.match(/"message":"(.*?)"/.exec(text)?.[1] ?? text, expected);
      assert.doesNotMatch(text, /"id":|"cursor"|"a0":\{|"version"/, 'nothing of it was answered');
    });
    test(`${title}: refused over WebSocket`, { timeout: 2_000 }, async (t) => {
      const connectionParams = { authorization };
      const client = createClient({ url: url.replace('http:', 'ws:'), webSocketImpl: WebSocket, connectionParams });
      t.after(() => client.dispose());
      const [result] = await Array.fromAsync(client.iterate({ query: operation })).catch((errors: unknown) => [
        { errors },
      ]);
      assert.match(JSON.stringify(result?.errors), expected);
    });
  }
  test('a query within the limits is answered', async () => {
    const { text } = await post({ query: `{ ${company(nest(2))} }` });
    assert.match(text, new RegExp(`^\\{"data":.*"id":"${id}"`));
  });
});

describe('other paths', () => {
  for (const [path, status, expected] of [
    ['/healthz', 200, { status: 'alive' }],
    ['/readyz', 200, { postgresql: 'ok', redis: 'ok' }],
    ['/healthz?now', 200, { status: 'alive' }],
  ] as const) {
    test(path, async () => {
      const answer = await ask(`${origin}${path}`, { method: 'GET' });
      assert.deepEqual([answer.status, JSON.parse(answer.text)], [status, expected]);
    });
  }
  for (const path of ['/nothing', '/graphql/', '/graphqlx', '//', '/%', '/..%2fetc/passwd', '/healthz/x']) {
    test(`${path} is not found`, async () => {
      const answer = await get(path);
      assert.equal(answer.status, 404);
      assert.match(messageOf(answer), /\/graphql\.$/);
    });
  }

  test('every response has security headers for browsers', async () => {
    for (const path of ['/graphql', '/healthz', '/readyz', '/metrics', '/nothing', '/']) {
      const { headers } = await get(path, { accept: path === '/' ? 'text/html' : '*/*' });
      assert.match(`${headers['content-security-policy']}`, /frame-ancestors 'none'/, path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['referrer-policy'], 'no-referrer', path);
    }
  });

  test('a page of any origin can send requests and read errors', async () => {
    const origin = 'https://shop.example';
    for (const answer of [
      await post('{', { origin }),
      await post('', { origin }),
      await get('/graphql?query=', { origin }),
    ]) {
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.match(`${answer.headers['access-control-expose-headers']}`, /x-request-id/);
      assert.match(`${answer.headers['x-request-id']}`, /^[\da-f-]{36}$/);
    }
    const preflight = await ask(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    assert.equal(preflight.status, 204);
    assert.match(`${preflight.headers['access-control-allow-headers']}`, /authorization/);
  });

  test('an idle connection is kept longer than load balancers keep theirs', async () => {
    const { headers } = await get('/healthz', { connection: 'keep-alive' });
    assert.ok(Number(/timeout=(\d+)/.exec(`${headers['keep-alive']}`)?.[1]) > 60);
  });

  test('GraphiQL is complete and loads nothing from elsewhere', async () => {
    const { status, type, headers, text } = await ask(url, { method: 'GET', headers: { accept: 'text/html' } });
    assert.equal(status, 200);
    assert.match(`${headers['content-security-policy']}`, /script-src 'sha256-.*; frame-ancestors 'none'/);
    const known = { accept: 'text/html', 'accept-encoding': 'gzip', 'if-none-match': headers.etag ?? '' };
    const again = await ask(url, { method: 'GET', headers: known });
    assert.deepEqual([again.status, again.text], [304, '']);
    const { headers: zipped } = await ask(url, { method: 'GET', headers: { ...known, 'if-none-match': '' } });
    assert.equal(zipped['content-encoding'], 'gzip');
    assert.match(type ?? '', /^text\/html/);
    assert.match(text, /graphiql/i);
    // Nobody is signed in here, so it asks for a token, and says where one comes from.
    for (const part of ['Bearer <token>', 'npm run token']) assert.ok(text.includes(part), part);
    const markup = text
      .replaceAll(/(<script[^>]*>).*?<\/script>/gs, '$1')
      .replaceAll(/(<style[^>]*>).*?<\/style>/gs, '$1');
    const loaded = [...markup.matchAll(/\b(?:src|href|action|data)\s*=\s*["']?([^"'\s>]*)/g)].map(
      ([, address = '']) => address,
    );
    for (const address of loaded) assert.doesNotMatch(address, /^(https?:)?\/\//);
    assert.doesNotMatch(text, /unpkg\.com|jsdelivr|cdnjs|esm\.sh|skypack|fonts\.(googleapis|gstatic)/);
    assert.doesNotMatch(text, /@import\s+(url\()?["']?(https?:)?\/\/|import\(\s*["'](https?:)?\/\//);
  });
});

test('without GraphiQL a browser is asked for a token, and the schema is for operators only', async (t) => {
  const closed = await openTestService(t, {
    env: { GRAPHIQL: 'off', INTROSPECTION: 'operators' },
    parts: { api: true, worker: false },
  });
  const page = await ask(closed.url, { method: 'GET', headers: { accept: 'text/html' } });
  assert.equal(page.status, 401);
  assert.ok(page.text.length < 1_000);
  const read = async (role: 'customer' | 'operator', query: string): Promise<string> => {
    const headers = { authorization: `Bearer ${await closed.tokenOf('joe', role)}` };
    return (await ask(closed.url, { headers, body: JSON.stringify({ query }) })).text;
  };
  const schema = '{ __schema { queryType { name } } }';
  assert.match(await read('operator', schema), /"queryType":\{"name":"Query"\}/);
  assert.match(await read('customer', schema), /You may not introspect the schema/);
  assert.match(await read('operator', '{ compani }'), /Did you mean/);
  assert.doesNotMatch(await read('customer', '{ compani }'), /Did you mean/);
});

describe('WebSockets', () => {
  const open = async (t: { after(end: () => void): void }): Promise<WebSocket> => {
    const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws');
    t.after(() => socket.terminate());
    await once(socket, 'open');
    return socket;
  };
  const closeOf = async (socket: WebSocket): Promise<[code: number, reason: string]> => {
    const [code, reason] = await once(socket, 'close');
    return [code, String(reason)];
  };

  test('a WebSocket does not echo a ping’s payload', async (t) => {
    const socket = await open(t);
    socket.send(JSON.stringify({ type: 'ping', payload: { canary: 'x'.repeat(50_000) } }));
    const [data] = await once(socket, 'message');
    assert.equal(String(data), '{"type":"pong"}');
  });

  test('a WebSocket closes after ten messages without a sign-in', async (t) => {
    const socket = await open(t);
    for (let count = 0; count < 11; count += 1) socket.send('{"type":"ping"}');
    assert.deepEqual(await closeOf(socket), [4401, 'Sign in first.']);
  });

  for (const message of ['Canary-7f3a', '{"type":"Canary-7f3a"}', '[]', '{"type":"subscribe","id":7}', 'null']) {
    test(`a WebSocket closes on ${message} without quoting it`, async (t) => {
      const socket = await open(t);
      socket.send(message);
      assert.deepEqual(await closeOf(socket), [4400, 'Invalid message']);
    });
  }

  test('a WebSocket answers a hundred concurrent operations, but not a second one with the same id', async (t) => {
    const socket = await open(t);
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
    await once(socket, 'message');
    const answered = new Set<string>();
    const { promise: all, resolve } = Promise.withResolvers<void>();
    socket.on('message', (data) => {
      const { type, id: of }: { type: string; id: string } = JSON.parse(String(data));
      if (type === 'complete' && answered.add(of).size === 100) resolve();
    });
    const payload = { query: `{ company(id: "${id}") { status } }` };
    for (let index = 0; index < 100; index += 1) {
      socket.send(JSON.stringify({ type: 'subscribe', id: `${index}`, payload }));
    }
    await all;
    const watch = { query: `subscription { companyStatusChanged(companyId: "${id}") { version } }` };
    for (let count = 0; count < 2; count += 1) {
      socket.send(JSON.stringify({ type: 'subscribe', id: 'Canary-7f3a', payload: watch }));
    }
    assert.deepEqual(await closeOf(socket), [4409, 'An operation of this id is running already']);
  });
});
