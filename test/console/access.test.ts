import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { openClient } from '../../src/client/client.ts';
import { CountCompaniesDocument } from '../../src/client/operations.ts';
import { chromiumMissing } from '../support/chromium.ts';
import { accessibilityFindings, type ConsoleBrowser, openConsoleBrowser, overflow } from '../support/console.ts';
import { openTestService, type TestService } from '../support/test-service.ts';

describe('the screen of keys, endpoints and quotas', { skip: chromiumMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
  let service: TestService;
  let browser: ConsoleBrowser;
  let page: Page;

  before(async () => {
    service = await openTestService(closer, { parts: { api: true, worker: false } });
    browser = await openConsoleBrowser(closer, new URL(service.url).origin);
    page = await browser.pageOf(await service.tokenOf('shop', 'partner'));
    await page.getByRole('link', { name: 'Access' }).click();
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  test('a partner makes a key that works, is shown it once, and revokes it', async () => {
    await page.getByText('New key').click();
    await page.getByLabel('Name').fill('Order desk');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('read and watch companies').check();
    await page.getByRole('button', { name: 'Create key' }).click();
    const key = (await page.locator('.secret').textContent()) ?? '';
    const program = openClient(service.url, key);
    assert.equal((await program.execute(CountCompaniesDocument, {})).companies.totalCount, 0);

    page.once('dialog', (dialog) => dialog.accept());
    await page.getByRole('button', { name: 'Revoke Order desk' }).click();
    await page.getByText('; revoked').waitFor();
    assert.equal(await page.locator('.secret').count(), 0);
    await assert.rejects(program.execute(CountCompaniesDocument, {}));
  });

  test('a partner is told what is wrong with an endpoint, makes one, and sends it a test', async () => {
    await page.getByText('New endpoint').click();
    await page.getByLabel('Address').fill('nonsense');
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Address').fill('https://shop.example/hook');
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    assert.match((await page.locator('.secret').textContent()) ?? '', /^whsec_/);
    await page.getByRole('button', { name: 'Send a test: https://shop.example/hook' }).click();
    await page.getByText('Newest deliveries').click();
    await page.getByText('webhook.test').waitFor();
  });

  test('axe-core finds nothing in light and dark, and 320 pixels are wide enough', async () => {
    await page.getByText('Requests within a minute').waitFor();
    assert.deepEqual(await accessibilityFindings(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await accessibilityFindings(page), []);
  });

  test('the partner gives the endpoint a new secret, disables and enables it, and deletes it once they have agreed', async () => {
    const press = (name: string) => page.getByRole('button', { name: `${name}: https://shop.example/hook` }).click();
    const agree = () => page.once('dialog', (dialog) => dialog.accept());
    agree();
    await press('New secret');
    assert.match((await page.locator('.secret').textContent()) ?? '', /^whsec_/);
    agree();
    await press('Disable');
    await page.getByText('; disabled').waitFor();
    await press('Enable');
    await page.getByText('; disabled').waitFor({ state: 'detached' });
    page.once('dialog', (dialog) => dialog.dismiss());
    await press('Delete');
    await page.getByText('Newest deliveries').waitFor();
    agree();
    await press('Delete');
    await page.getByText('No endpoint yet.').waitFor();
  });
});
