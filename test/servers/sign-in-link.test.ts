import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Client, openClient } from '../../src/client/client.ts';
import { chromiumMissing, openBrowser } from '../support/chromium.ts';
import { createCompany, openTestService, readCompany, requestFor, type TestService } from '../support/test-service.ts';

describe('the link in Chromium', { skip: chromiumMissing, timeout: 120_000 }, () => {
  const closing = new AsyncDisposableStack();
  let service: TestService;
  let developer: Client;
  let tab: Page;
  let origin: string;

  before(async () => {
    service = await openTestService(
      { after: (close: () => Promise<void>) => closing.defer(close) },
      { env: { AUTH_JWT_SECRET: '' } },
    );
    origin = `http://localhost:${service.service.port}`;
    developer = openClient(service.url, service.service.signInToken);
    const browser = await openBrowser();
    closing.defer(() => browser.close());
    tab = await browser.newPage();
  });
  after(() => closing.disposeAsync());

  test('a page asks for the link in Chromium, and its token can be entered instead', async () => {
    await tab.goto(`${origin}/inbox`);
    assert.equal(await tab.title(), 'Sign in');
    assert.equal(
      await tab.evaluate(`getComputedStyle(document.body).maxWidth`),
      '576px',
      'its policy lets its style be',
    );
    await tab.locator('input').fill(service.service.signInToken ?? '');
    await tab.locator('button').click();
    await tab.waitForURL(`${origin}/inbox`);
    assert.match(await tab.title(), /^Inbox/);
  });

  test('the link signs in GraphiQL, which creates and watches a company, and the inbox shows its mail', async () => {
    await tab.goto(service.service.pages.graphiql ?? '');
    assert.equal(tab.url(), `${origin}/graphql`);
    assert.equal(await tab.evaluate('document.cookie'), '');
    await shown(tab, '.graphiql-query-editor', /Create a company/);
    assert.match(await execute(tab, /"status"/), /"status": "QUEUED"/);
    await tab.locator('.graphiql-tabs > li:nth-child(2) button').first().click();
    await shown(tab, '.graphiql-query-editor', /Watch a company live/);
    await shown(tab, '.graphiql-editor-tool', /companyId/);
    await execute(tab, /"status": "ACTIVE"/);
    await service.service.mailbox?.next(() => true, AbortSignal.timeout(60_000));
    await tab.goto(`${origin}/inbox`);
    assert.match(await tab.locator('body').innerText(), /Your Site is Ready: Acme Corporation/);
  });

  test('the link signs in EventSource and WebSocket', async () => {
    const { id } = await createCompany(developer, requestFor('streams.localhost', { draft: true }));
    const query = `subscription { companyStatusChanged(companyId: "${id}") { status } }`;
    await tab.goto(`${origin}/graphql`);
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

      await tab.goto(`http://${host}:${(page.address() as AddressInfo).port}/`);
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

/** Resolves to what a part of GraphiQL shows, once that matches; its spaces do not break. */
async function shown(tab: Page, part: string, pattern: RegExp): Promise<string> {
  const spaced = new RegExp(pattern.source.replaceAll(' ', '\\s'));
  const found = tab.locator(part).filter({ hasText: spaced }).first();
  await found.waitFor();
  return (await found.innerText()).replaceAll('\u00a0', ' ');
}

/**
 * Presses GraphiQL's button, and resolves to the result once that matches. For a moment after another tab was chosen GraphiQL
 * still means the operation of the one before, and complains: whoever sits there presses again.
 */
async function execute(tab: Page, pattern: RegExp): Promise<string> {
  for (;;) {
    await tab.locator('.graphiql-execute-button').click();
    const result = await shown(tab, '.result-window', new RegExp(`${pattern.source}|Cannot infer`));
    if (pattern.test(result)) return result;
  }
}

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
