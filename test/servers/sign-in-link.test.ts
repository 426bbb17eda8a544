import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Client, openClient } from '../../src/client/client.ts';
import { chromiumMissing, openTab, type Tab } from '../support/chromium.ts';
import { createCompany, openTestService, readCompany, requestFor, type TestService } from '../support/test-service.ts';

/** Resolves to what a part of GraphiQL shows, once that matches. */
const shown = (part: string, pattern: RegExp): string => `new Promise((resolve) => {
  const look = () => {
    const text = document.querySelector('${part}')?.innerText.replaceAll('\\u00a0', ' ') ?? '';
    if (!${pattern}.test(text)) return;
    changes.disconnect();
    resolve(text);
  };
  const changes = new MutationObserver(look);
  changes.observe(document, { childList: true, characterData: true, subtree: true });
  look();
})`;

/**
 * Presses GraphiQL's button, and resolves to the result once that matches. For a moment after another tab was chosen GraphiQL
 * still means the operation of the one before, and complains: whoever sits there presses again.
 */
const execute = (pattern: RegExp): string => `new Promise((resolve) => {
  const press = () => document.querySelector('.graphiql-execute-button').click();
  press();
  const looking = setInterval(() => {
    const result = document.querySelector('.result-window')?.innerText.replaceAll('\\u00a0', ' ') ?? '';
    if (/Cannot infer/.test(result)) press();
    if (!${pattern}.test(result)) return;
    clearInterval(looking);
    resolve(result);
  }, 200);
})`;

const click = (selector: string): string => `document.querySelector(${JSON.stringify(selector)}).click()`;

describe('the link in Chromium', { skip: chromiumMissing, timeout: 120_000 }, () => {
  const closing = new AsyncDisposableStack();
  let service: TestService;
  let developer: Client;
  let tab: Tab;
  let origin: string;

  before(async () => {
    service = await openTestService(
      { after: (close: () => Promise<void>) => closing.defer(close) },
      { env: { AUTH_JWT_SECRET: '' } },
    );
    origin = `http://localhost:${service.service.port}`;
    developer = openClient(service.url, service.service.signInToken);
    tab = await openTab();
    closing.defer(() => tab.close());
  });
  after(() => closing.disposeAsync());

  test('a page asks for the link in Chromium, and its token can be entered instead', async () => {
    await tab.open(`${origin}/inbox`);
    assert.equal(await tab.evaluate('document.title'), 'Sign in');
    assert.equal(
      await tab.evaluate(`getComputedStyle(document.body).maxWidth`),
      '576px',
      'its policy lets its style be',
    );
    const token = JSON.stringify(service.service.signInToken);
    await tab.follow(`document.querySelector('input').value = ${token}; document.querySelector('button').click()`);
    assert.equal(await tab.evaluate('location.href'), `${origin}/inbox`);
    assert.match(String(await tab.evaluate('document.title')), /^Inbox/);
  });

  test('the link signs in GraphiQL, which creates and watches a company, and the inbox shows its mail', async () => {
    await tab.open(service.service.pages.graphiql ?? '');
    assert.equal(await tab.evaluate('location.href'), `${origin}/graphql`);
    assert.equal(await tab.evaluate('document.cookie'), '');
    await tab.evaluate(shown('.graphiql-query-editor', /Create a company/));
    assert.match(String(await tab.evaluate(execute(/"status"/))), /"status": "QUEUED"/);
    await tab.evaluate(click('.graphiql-tabs > li:nth-child(2) button'));
    await tab.evaluate(shown('.graphiql-query-editor', /Watch a company live/));
    await tab.evaluate(shown('.graphiql-editor-tool', /companyId/));
    await tab.evaluate(execute(/"status": "ACTIVE"/));
    await service.service.mailbox?.next(() => true, AbortSignal.timeout(60_000));
    await tab.open(`${origin}/inbox`);
    assert.match(String(await tab.evaluate('document.body.innerText')), /Your Site is Ready: Acme Corporation/);
  });

  test('the link signs in EventSource and WebSocket', async () => {
    const { id } = await createCompany(developer, requestFor('streams.localhost', { draft: true }));
    const query = `subscription { companyStatusChanged(companyId: "${id}") { status } }`;
    await tab.open(`${origin}/graphql`);
    const events = await tab.evaluate(`new Promise((resolve, reject) => {
      const source = new EventSource('/graphql?query=${encodeURIComponent(query)}');
      source.addEventListener('next', ({ data }) => { source.close(); resolve(data); });
      source.onerror = () => reject(new Error('refused'));
    })`);
    assert.match(String(events), /"status":"DRAFT"/);
    assert.match(String(await tab.evaluate(overSocket(origin, query))), /"status":"DRAFT"/);
  });

  for (const [title, host] of [
    ['a page on another port, which the browser sends the cookie for', 'localhost'],
    ['a page of another site', '127.0.0.1'],
  ] as const) {
    test(`${title} can do nothing and read nothing`, async (t) => {
      const page = createServer((_, response) =>
        response.setHeader('content-type', 'text/html').end('<!doctype html>'),
      );
      await once(page.listen(0), 'listening');
      t.after(() => page.close());
      const draft = await createCompany(
        developer,
        requestFor(`watched-from-${host.replaceAll('.', '-')}.localhost`, { draft: true }),
      );
      const query = `mutation { provisionCompany(companyId: "${draft.id}") { __typename } }`;
      const json = JSON.stringify({ query });
      const address = `${origin}/graphql?${new URLSearchParams({ query: '{ companies { edges { node { id } } } }' })}`;

      await tab.open(`http://${host}:${(page.address() as AddressInfo).port}/`);
      const send = (type: string, mode: string, body: string): string =>
        `fetch(${JSON.stringify(`${origin}/graphql`)}, ${JSON.stringify({
          method: 'POST',
          mode,
          credentials: 'include',
          headers: { 'content-type': type },
          body,
        })}).then((answer) => answer.type + answer.status, () => 'refused')`;
      assert.equal(await tab.evaluate(send('application/json', 'cors', json)), 'refused');
      assert.equal(await tab.evaluate(send('text/plain', 'no-cors', json)), 'opaque0');
      const form = new URLSearchParams({ query }).toString();
      assert.equal(await tab.evaluate(send('application/x-www-form-urlencoded', 'no-cors', form)), 'opaque0');
      assert.equal(
        await tab.evaluate(
          `fetch(${JSON.stringify(address)}, { credentials: 'include' }).then((answer) => answer.text(), () => 'refused')`,
        ),
        'refused',
      );
      assert.equal(
        await tab.evaluate(`fetch(${JSON.stringify(address)}).then((answer) => answer.status)`),
        401,
        'without the cookie it may read that it is nobody',
      );
      assert.equal(await tab.evaluate(overSocket(origin, query)), 4403);
      assert.equal((await readCompany(developer, draft.id)).status, 'DRAFT');
    });
  }
});

/** An operation over a WebSocket of the browser: the first message of its answer, or the code with which it was closed. */
const overSocket = (origin: string, query: string): string => `new Promise((resolve) => {
  const socket = new WebSocket(${JSON.stringify(`${origin.replace('http', 'ws')}/graphql`)}, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: 'connection_init' });
  socket.onclose = ({ code }) => resolve(code);
  socket.onmessage = ({ data }) => {
    const { type } = JSON.parse(data);
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: ${JSON.stringify({ query })} });
    if (type === 'next') resolve(data);
  };
})`;
