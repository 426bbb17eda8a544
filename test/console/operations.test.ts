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

  test('an operator sets a limit of a partner, is told what is wrong with another one, and returns to the usual one', async () => {
    await page.getByLabel('Kind of owner').selectOption('subject');
    await page.getByLabel('Name of the owner').fill('portal');
    await page.getByRole('button', { name: 'Show limits' }).click();
    const limit = page.getByLabel('Companies in the queue');
    assert.equal(await limit.inputValue(), '');
    const usual = await limit.getAttribute('placeholder');
    const set = async (value: string) => {
      await limit.fill(value);
      await page.getByRole('button', { name: 'Set limits' }).click();
    };
    await set('0');
    await page.getByRole('alert').waitFor();
    await set('many');
    await page.getByText('Write whole numbers.').waitFor();
    await set('7');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    assert.equal(await limit.inputValue(), '7');
    await set('');
    await page
      .getByPlaceholder(usual ?? '', { exact: true })
      .first()
      .waitFor();
    assert.equal(await limit.getAttribute('placeholder'), usual);
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
