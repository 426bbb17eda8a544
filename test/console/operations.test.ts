import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { chromiumMissing } from '../support/chromium.ts';
import { accessibilityFindings, type ConsoleBrowser, openConsoleBrowser, overflow } from '../support/console.ts';
import { openOperatedService } from '../support/operated-service.ts';

describe('the operators’ screen', { skip: chromiumMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
  let operated: Awaited<ReturnType<typeof openOperatedService>>;
  let browser: ConsoleBrowser;
  let page: Page;

  before(async () => {
    operated = await openOperatedService(closer);
    browser = await openConsoleBrowser(closer, new URL(operated.url).origin);
    page = await browser.pageOf(await operated.tokenOf('oper', 'operator'));
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  test('an operator sees a refused mail, and sends it to the right address', async () => {
    const { recipient } = await operated.endedCompany('misspelt', 'refuse');
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByText(`to ${recipient}`).waitFor();
    await page.getByText('550 No such mailbox').waitFor();

    await page.getByRole('button', { name: 'Send again…' }).click();
    await page.getByLabel('Send to').fill('nonsense');
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByText('Write one plain mail address').waitFor();
    assert.deepEqual(await accessibilityFindings(page), []);

    await page.getByLabel('Send to').fill('spelt.well@customers.example');
    await page.getByRole('button', { name: 'Send now' }).click();
    await operated.server.taken('spelt.well@customers.example');
    await page.getByText('Every mail was accepted by a mail server.').waitFor();
  });

  test('axe-core finds nothing in light and dark, and 320 pixels are wide enough', async () => {
    await page.getByRole('heading', { name: 'Workers' }).waitFor();
    assert.deepEqual(await accessibilityFindings(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await accessibilityFindings(page), []);
  });

  test('a customer is not offered it, and is told so at its address', async () => {
    const customer = await browser.pageOf(await operated.tokenOf('jane', 'customer'));
    await customer.goto(new URL('/console/operations', operated.url).href);
    await customer.getByRole('alert').waitFor();
    assert.equal(await customer.getByRole('link', { name: 'Operations' }).count(), 0);
  });
});
