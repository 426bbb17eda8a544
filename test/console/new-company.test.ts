import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type Client, openClient } from '../../src/client/client.ts';
import { CompaniesDocument } from '../../src/client/operations.ts';
import { chromiumMissing } from '../support/chromium.ts';
import { type ConsoleBrowser, focusIsVisible, openConsoleBrowser, tabTo } from '../support/console.ts';
import { createCompany, openTestService, readCompany, requestFor, type TestService } from '../support/test-service.ts';

describe('the form for a new company', { skip: chromiumMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
  let service: TestService;
  let browser: ConsoleBrowser;

  before(async () => {
    service = await openTestService(closer);
    browser = await openConsoleBrowser(closer, new URL(service.url).origin);
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  /** The form in a window of a customer's own, and what the API says to them. */
  async function formOf(subject: string): Promise<{ page: Page; client: Client }> {
    const token = await service.tokenOf(subject, 'customer');
    const page = await browser.pageOf(token, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('link', { name: 'New company' }).click();
    await page.getByLabel('erpnext').and(page.locator(':checked')).waitFor();
    return { page, client: openClient(service.url, token) };
  }

  /** Fills in a good request. */
  async function fill(page: Page, domain: string): Promise<void> {
    await page.getByLabel('Name', { exact: true }).fill('Acme Corporation');
    await page.getByLabel('Country').fill('Germany');
    await page.getByLabel('Currency').fill('EUR');
    await page.getByLabel('Domain').fill(domain);
    await page.getByLabel('Administrator’s email').fill('admin@acme.example');
    await page.getByRole('button', { name: 'Generate' }).click();
  }

  const create = (page: Page) => page.getByRole('button', { name: 'Create company' });
  const isCreated = (page: Page): Promise<void> => page.waitForURL(/\/console\/companies\/COMP-/);
  const idIn = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const companiesOf = async (client: Client) =>
    (await client.execute(CompaniesDocument, {})).companies.edges.map(({ node }) => node);
  /** The faults that are shown at fields, once there is this one. */
  async function faultsWith(page: Page, sentence: string): Promise<string[]> {
    await page.locator('.field .fault').filter({ hasText: sentence }).waitFor();
    return page.locator('.field .fault').allInnerTexts();
  }

  test('a company is created as it was filled in, and its name and country fill in the rest', async () => {
    const { page, client } = await formOf('jane');
    await fill(page, 'jane.localhost');
    assert.equal(await page.getByLabel('Abbreviation').inputValue(), 'AC');
    await page.getByText('Europe/Berlin, unless you choose another one.').waitFor();
    await page.getByText(/The site will be at http:\/\/jane\.localhost:\d+\//).waitFor();
    await create(page).click();
    await isCreated(page);
    const { companyName, siteName, steps } = await readCompany(client, idIn(page));
    assert.deepEqual([companyName, siteName], ['Acme Corporation', 'jane.localhost']);
    assert.ok(steps.some(({ name }) => name === 'install-app:erpnext'));
  });

  test('a country suggests its currency, unless another one was chosen', async () => {
    const { page } = await formOf('jon');
    const currency = page.getByLabel('Currency');
    await page.getByLabel('Country').fill('Switzerland');
    await page.getByText('Europe/Zurich, unless you choose another one.').waitFor();
    assert.equal(await currency.inputValue(), 'CHF');
    await currency.fill('USD');
    await page.getByLabel('Country').fill('Japan');
    await page.getByText('Asia/Tokyo, unless you choose another one.').waitFor();
    assert.equal(await currency.inputValue(), 'USD');
  });

  test('the API’s faults are shown while one types, at the fields that one has come to', async () => {
    const { page } = await formOf('kim');
    const domain = page.getByLabel('Domain');
    await domain.fill('no domain');
    const [fault = '', ...others] = await faultsWith(page, 'domain');
    assert.deepEqual(others, [], 'nothing is said about empty fields to come');
    assert.equal(await domain.getAttribute('aria-invalid'), 'true');
    assert.match((await domain.getAttribute('aria-describedby')) ?? '', /\bdomain-fault\b/);
    await domain.fill('kim.localhost');
    await page.getByText(fault).waitFor({ state: 'detached' });
    await page.getByLabel('Country').focus();
    await page.getByLabel('Currency').focus();
    await faultsWith(page, 'country');
  });

  test('what is wrong on sending is listed, with the focus on it and links to the fields', async () => {
    const { page, client } = await formOf('lea');
    await page.getByLabel('Name', { exact: true }).fill('Acme Corporation');
    await create(page).click();
    const summary = page.locator('#problems');
    await summary.and(page.locator(':focus')).waitFor();
    assert.equal(await summary.getByRole('listitem').count(), 4, await summary.innerText());
    await summary.getByRole('link', { name: 'Currency' }).click();
    await page.getByLabel('Currency').and(page.locator(':focus')).waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Acme Corporation');
    assert.deepEqual(await companiesOf(client), []);
  });

  test('a domain of one’s own leads to the company that has it', async () => {
    const { page, client } = await formOf('mia');
    const { id } = await createCompany(client, requestFor('mia.localhost', { draft: true }));
    await page.getByLabel('Domain').fill('mia.localhost');
    await page.getByRole('link', { name: `It is yours: ${id}` }).click();
    await isCreated(page);
    assert.equal(idIn(page), id);
  });

  test('a generated password is shown, hidden, and copied', async () => {
    const { page } = await formOf('nia');
    const password = page.getByLabel('Password');
    await page.getByRole('button', { name: 'Generate' }).click();
    await password.and(page.locator('[type=text]')).waitFor();
    const generated = await password.inputValue();
    assert.match(generated, /^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
    const show = page.getByRole('button', { name: 'Show' });
    assert.equal(await show.getAttribute('aria-pressed'), 'true');
    await show.click();
    await password.and(page.locator('[type=password]')).waitFor();
    assert.equal(await show.getAttribute('aria-pressed'), 'false');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('The password was copied.').waitFor({ state: 'attached' });
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), generated);
  });

  test('a double click makes one company', async () => {
    const { page, client } = await formOf('ola');
    await fill(page, 'ola.localhost');
    await create(page).dblclick();
    await isCreated(page);
    assert.equal((await companiesOf(client)).length, 1);
  });

  test('a request whose answer was lost is sent again, and makes one company', async () => {
    const { page, client } = await formOf('pia');
    await fill(page, 'pia.localhost');
    let sent = 0;
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('mutation CreateCompany')) return route.continue();
      sent += 1;
      if (sent > 1) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await create(page).click();
    await page.getByText('Your request is sent again until it is answered').waitFor();
    await isCreated(page);
    assert.equal(sent, 2);
    assert.deepEqual(
      (await companiesOf(client)).map(({ id }) => id),
      [idIn(page)],
    );
  });

  test('a draft is saved, and waits', async () => {
    const { page, client } = await formOf('rita');
    await fill(page, 'rita.localhost');
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await isCreated(page);
    assert.equal((await readCompany(client, idIn(page))).status, 'DRAFT');
  });

  test('a company is created with the keyboard alone, and the focus is always visible', async () => {
    const { page, client } = await formOf('sue');
    const entries = [
      ['companyName', 'Sue & Daughters'],
      ['country', 'Austria'],
      ['defaultCurrency', 'EUR'],
      ['adminEmail', 'sue@example.com'],
      ['adminPassword', 'correct horse battery'],
    ] as const;
    for (const [field, value] of entries) {
      await tabTo(page, `#${field}`);
      // What the last entry suggests here is drawn with the next frame, and typed over.
      await page.evaluate('new Promise(requestAnimationFrame)');
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(value);
      assert.ok(await focusIsVisible(page), field);
    }
    await page.keyboard.press('Enter');
    await isCreated(page);
    const { companyName, siteName } = await readCompany(client, idIn(page));
    assert.deepEqual([companyName, siteName], ['Sue & Daughters', 'sue-daughters.localhost']);
  });

  test('the link that skips the navigation leads to the form, which keeps what was entered', async () => {
    const { page } = await formOf('tia');
    await page.getByLabel('Name', { exact: true }).fill('Tia & Co');
    await page.getByRole('link', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Enter');
    await tabTo(page, '#companyName');
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Tia & Co');
    await page.reload();
    await page.getByRole('heading', { name: 'New company', level: 1 }).waitFor();
  });
});
