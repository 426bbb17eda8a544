import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openClient } from '../../src/client/client.ts';
import { chromiumMissing, openBrowser } from '../support/chromium.ts';
import { createCompany, openTestService, requestFor } from '../support/test-service.ts';

describe('the first visit', { skip: chromiumMissing, timeout: 120_000 }, () => {
  const closing = new AsyncDisposableStack();
  after(() => closing.disposeAsync());

  test('the link that is printed shows the companies with few requests and bytes, all of them to the service', async (t) => {
    const opened = await openTestService(
      { after: (close: () => Promise<void>) => closing.defer(close) },
      { env: { AUTH_JWT_SECRET: '' } },
    );
    const { console: link = '' } = opened.service.pages;
    const developer = openClient(opened.url, opened.service.signInToken);
    await createCompany(developer, requestFor('first.localhost', { draft: true }));

    const browser = await openBrowser();
    closing.defer(() => browser.close());
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const addresses: string[] = [];
    let bytes = 0;
    page.on('request', (request) => {
      if (request.url().startsWith('http')) addresses.push(request.url());
    });
    page.on('websocket', (socket) => addresses.push(socket.url()));
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const startedAt = performance.now();
    await page.goto(link);
    await page.getByRole('link', { name: 'Acme Corporation' }).waitFor();
    const milliseconds = Math.round(performance.now() - startedAt);
    await page.waitForLoadState('networkidle');

    t.diagnostic(`${addresses.length} requests, ${bytes} bytes, the first company after ${milliseconds} ms`);
    const hosts = new Set(addresses.map((address) => new URL(address).host));
    assert.deepEqual([...hosts], [new URL(link).host]);
    assert.ok(addresses.length <= 12, addresses.join('\n'));
    assert.ok(bytes <= 30_000, `${bytes} bytes`);
  });
});
