import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { CreateCompanyInput } from '../../src/client/operations.ts';
import { openSandboxHost } from '../../src/site-hosts/sandbox/sandbox-host.ts';
import { chromiumMissing } from '../support/chromium.ts';
import { type ConsoleBrowser, focusIsVisible, openConsoleBrowser, shownVersions, tabTo } from '../support/console.ts';
import { Faults, faultyHost } from '../support/faulty-host.ts';
import { createCompany, openTestService, readCompany, requestFor, type TestService } from '../support/test-service.ts';

describe('a company in the console', { skip: chromiumMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
  const faults = new Faults();
  let service: TestService;
  let browser: ConsoleBrowser;
  let origin: string;

  before(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'test-console-'));
    closing.defer(() => rmSync(directory, { recursive: true, force: true }));
    service = await openTestService(closer, { host: faultyHost(openSandboxHost({ directory }), faults) });
    origin = new URL(service.url).origin;
    browser = await openConsoleBrowser(closer, origin);
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  /** A company of a customer's own, and the page on which they watch it. */
  async function watched(subject: string, changes: Partial<CreateCompanyInput> = {}, options?: BrowserContextOptions) {
    const client = await service.clientOf(subject, 'customer');
    const page = await browser.pageOf(await service.tokenOf(subject, 'customer'), options);
    const { id } = await createCompany(client, requestFor(`${subject}.localhost`, changes));
    await page.goto(`${origin}/console/companies/${id}`);
    return { page, client, id };
  }
  const shows = (page: Page, sentence: string | RegExp) =>
    page.locator('.health').filter({ hasText: sentence }).waitFor();

  test('it is watched until its site can be opened, and each of its versions is shown once', async () => {
    const release = faults.pause('set-up-company');
    const { page, client, id } = await watched('jane');
    await faults.reached('set-up-company');
    await page.locator('.waterfall [data-state=RUNNING]').waitFor();
    assert.match(await page.title(), /^\d+ % Acme Corporation/);
    release();
    await shows(page, /^The site was created and verified in /);
    assert.match(await page.title(), /^✓ Acme Corporation/);
    const { version, siteUrl } = await readCompany(client, id);
    assert.equal(await page.getByRole('link', { name: 'Open the site' }).getAttribute('href'), siteUrl);
    assert.deepEqual(
      await shownVersions(page),
      Array.from({ length: version }, (_, index) => index + 1),
    );
  });

  test('a failure is explained, and a retry makes another attempt beside the first', async () => {
    faults.fail('verify', new Error('as the test wants it'), { at: 'run' });
    const { page } = await watched('kim');
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
    await page.getByText('INTERNAL').waitFor();
    await page.getByRole('button', { name: 'Retry' }).click();
    await shows(page, 'The site was created and verified');
    const tabs = page.getByRole('tab');
    assert.deepEqual(await tabs.allInnerTexts(), ['Attempt 1', 'Attempt 2']);
    await tabs.nth(1).focus();
    await page.keyboard.press('ArrowLeft');
    await page.locator('#attempt-1[aria-selected=true]').and(page.locator(':focus')).waitFor();
    await page.locator('.waterfall [data-state=FAILED]').waitFor();
  });

  test('it is cancelled by keyboard, once that is confirmed', async () => {
    faults.hang('create-site');
    const { page } = await watched('lea');
    await faults.reached('create-site', { nth: faults.count('create-site') || 1 });
    await shows(page, /for/);
    await tabTo(page, '.danger');
    assert.ok(await focusIsVisible(page));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await tabTo(page, 'dialog .danger');
    await page.keyboard.press('Enter');
    await shows(page, 'The last attempt was cancelled.');
  });

  test('a draft waits until its site is asked for', async () => {
    const { page } = await watched('mia', { draft: true });
    await shows(page, 'Saved as a draft');
    await page.getByRole('button', { name: 'Create the site' }).click();
    await shows(page, 'The site was created and verified');
  });

  test('another customer’s company looks like none, and is not listed', async () => {
    const { id } = await watched('nia');
    const page = await browser.pageOf(await service.tokenOf('ola', 'customer'));
    await page.getByText('No company yet').waitFor();
    await page.goto(`${origin}/console/companies/${id}`);
    await page.getByRole('heading', { name: `No company ${id}` }).waitFor();
  });

  test('somebody who has asked for it is notified once when the site is ready', async () => {
    const release = faults.pause('set-up-company');
    const { page } = await watched('rob', {}, { permissions: ['notifications'] });
    await page.evaluate(recordNotifications);
    await page.getByRole('button', { name: 'Notify me' }).click();
    await page.getByRole('button', { name: 'You will be notified' }).waitFor();
    assert.deepEqual(await page.evaluate('notifications'), []);
    release();
    await shows(page, 'The site was created and verified');
    assert.deepEqual(await page.evaluate('notifications'), ['Acme Corporation: rob.localhost is ready.']);
  });

  test('a hostile name is text, wherever it is shown', async () => {
    const companyName = `"' onload=alert(1) &lt;b&gt; \${1} שלום עולם `.padEnd(130, 'W');
    const { page } = await watched('pia', { companyName, externalReference: '<img src=x onerror="alert(1)">' });
    await shows(page, 'The site was created and verified');
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), companyName);
    assert.equal(await page.title(), `✓ ${companyName} · Company Provisioning`);
    await page.getByRole('link', { name: 'Companies' }).first().click();
    assert.equal(await page.locator('.row a').innerText(), companyName);
  });
});

/** From now on, `notifications` are those that the page has shown. */
const recordNotifications = `(() => {
  globalThis.notifications = [];
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      notifications.push(title + ': ' + options.body);
    }
  };
})()`;
