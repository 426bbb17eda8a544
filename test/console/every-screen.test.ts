import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Role } from '../../src/access/viewer.ts';
import { chromiumMissing } from '../support/chromium.ts';
import { accessibilityFindings, type ConsoleBrowser, openConsoleBrowser, overflow } from '../support/console.ts';
import { createCompany, openTestService, requestFor, type TestService, watchToEnd } from '../support/test-service.ts';

describe('every screen of the console', { skip: chromiumMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
  let service: TestService;
  let browser: ConsoleBrowser;
  let origin: string;
  const ids = { active: '', failed: '', draft: '' };

  before(async () => {
    service = await openTestService(closer);
    origin = new URL(service.url).origin;
    browser = await openConsoleBrowser(closer, origin);
    const jane = await service.clientOf('jane', 'customer');
    const companyName = hostileName;
    ids.draft = (await createCompany(jane, requestFor('draft.localhost', { draft: true }))).id;
    ids.failed = (await createCompany(jane, requestFor('fail-verify.localhost', { companyName }))).id;
    ids.active = (
      await createCompany(jane, requestFor('active.localhost', { companyName, externalReference: markup }))
    ).id;
    await Promise.all([ids.active, ids.failed].map((id) => watchToEnd(jane, id)));
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  const screens: readonly (readonly [string, string, () => string, (page: Page) => Promise<unknown>, Role?])[] = [
    ['the list of companies', 'jane', () => '/console/', (page) => page.getByText('Acme Corporation').waitFor()],
    ['an empty list', 'nobody', () => '/console/', (page) => page.getByText('No company yet').waitFor()],
    ['the form for a company', 'jane', () => '/console/new', (page) => page.getByLabel('erpnext').waitFor()],
    ['a form with faults', 'jane', () => '/console/new', sendEmptyForm],
    [
      'an active company',
      'jane',
      () => `/console/companies/${ids.active}`,
      (page) => page.getByRole('heading', { level: 1 }).waitFor(),
    ],
    [
      'a failed company',
      'jane',
      () => `/console/companies/${ids.failed}`,
      (page) => page.getByRole('heading', { level: 1 }).waitFor(),
    ],
    [
      'a draft',
      'jane',
      () => `/console/companies/${ids.draft}`,
      (page) => page.getByRole('heading', { level: 1 }).waitFor(),
    ],
    [
      'what the service does',
      'oper',
      () => '/console/operations',
      (page) => page.getByRole('heading', { name: 'Workers' }).waitFor(),
      'operator',
    ],
    [
      'keys, endpoints and quotas',
      'shop',
      () => '/console/access',
      async (page) => {
        await page.getByText('No endpoint yet.').waitFor();
        await page.getByText('Requests within a minute').waitFor();
      },
      'partner',
    ],
    [
      'a page that does not exist',
      'jane',
      () => '/console/nothing',
      (page) => page.getByText('There is no such page').waitFor(),
    ],
  ];

  for (const [name, subject, path, ready, role = 'customer'] of screens) {
    test(`${name}: axe-core finds nothing in light and dark, and 320 pixels are wide enough`, async () => {
      const page = await browser.pageOf(await service.tokenOf(subject, role));
      await page.goto(origin + path());
      await ready(page);
      assert.deepEqual(await accessibilityFindings(page), []);
      await page.setViewportSize({ width: 320, height: 640 });
      assert.equal(await overflow(page), 0);
      assert.deepEqual(await accessibilityFindings(page), []);
    });
  }

  test('the sign-in screen: axe-core finds nothing in light and dark, and 320 pixels are wide enough', async () => {
    const page = await browser.pageOf(await service.tokenOf('jane', 'customer'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token or API key').waitFor();
    assert.deepEqual(await accessibilityFindings(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    assert.equal(await overflow(page), 0);
  });
});

/** As wide as the API allows, with what ends an attribute, letters from right to left, and no place to break a line. */
const hostileName = `"' onload=alert(1) &amp; שלום עולם ${'W'.repeat(140)}`.slice(0, 130);
const markup = `<img src=x onerror="document.title = 'hacked'">`;

async function sendEmptyForm(page: Page): Promise<void> {
  await page.getByLabel('erpnext').waitFor();
  await page.getByRole('button', { name: 'Create company' }).click();
  await page.locator('#problems').waitFor();
}
