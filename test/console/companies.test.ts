import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client as Connection } from 'pg';
import type { Page } from 'playwright-core';
import { chromiumMissing } from '../support/chromium.ts';
import { type ConsoleBrowser, openConsoleBrowser } from '../support/console.ts';
import { fillDatabase } from '../support/many-companies.ts';
import { serversMissing } from '../support/private-servers.ts';
import { type Cluster, openCluster, tokenOf } from '../support/processes.ts';

const companies = 5_000;

describe('five thousand companies', { skip: chromiumMissing || serversMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  let cluster: Cluster;
  let browser: ConsoleBrowser;
  let page: Page;

  before(async () => {
    cluster = await openCluster();
    closing.defer(() => cluster.close());
    const { port } = await cluster.startApi();
    const database = new Connection(cluster.postgres.url);
    await database.connect();
    await fillDatabase(database, { companies, events: 1 });
    await database.end();
    const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
    browser = await openConsoleBrowser(closer, `http://127.0.0.1:${port}`);
    page = await browser.pageOf(await tokenOf('oper', 'operator'));
    await page.locator('.row').first().waitFor();
    await page.evaluate(collectLongTasks);
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  test('the list scrolls to the oldest company, and draws only rows near the window', async (t) => {
    const mostRows = await page.evaluate<number>(scrollToEnd);
    t.diagnostic(`${mostRows} rows were drawn at most; ${await page.evaluate(longTasks)}`);
    await page.getByText('COMP-2025-000001', { exact: true }).waitFor();
    assert.ok(mostRows <= 100, `${mostRows} rows were drawn at once`);
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
    await page.evaluate('scrollTo(0, 0)');
    await page.getByText('COMP-2025-005000', { exact: true }).waitFor();
  });

  test('the list is searched by name and filtered by status', async (t) => {
    const [{ failed } = { failed: 0 }] = await cluster.query<{ failed: number }>(
      `select count(*)::int as failed from company where status = 'FAILED'`,
    );
    const filter = page.getByRole('button', { name: 'Failed' });
    await page.getByText(failed.toLocaleString('en'), { exact: true }).and(filter.locator('b')).waitFor();
    await filter.click();
    await page.locator('.row .chip').filter({ hasNotText: 'Failed' }).first().waitFor({ state: 'detached' });
    await page.locator('.row').first().waitFor();
    assert.deepEqual([...new Set(await page.locator('.row .chip').allInnerTexts())], ['Failed']);

    await page.getByRole('searchbox').fill('needle');
    await page.getByRole('heading', { name: 'No company matches' }).waitFor();
    await filter.click();
    await page.getByRole('link', { name: 'Needle Works' }).waitFor();
    assert.equal(await page.locator('.row').count(), 1);
    await page.getByRole('searchbox').fill('');
    await page.locator('.row').nth(10).waitFor();
    t.diagnostic(String(await page.evaluate(longTasks)));
  });
});

/** From now on, `longTasks` are the page's tasks of 50 ms and more, in milliseconds. */
const collectLongTasks = `(() => {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask' });
})()`;

/** In the page's words: how long its tasks took since this was asked last. */
const longTasks = `(() => {
  const taken = longTasks.splice(0);
  return taken.length === 0 ? 'no task took 50 ms' : taken.length + ' tasks took 50 ms and more, the longest ' + Math.max(...taken) + ' ms';
})()`;

/** Scrolls a screen further with each frame until the list is complete and its end is shown; the most rows that were drawn. */
const scrollToEnd = `(async () => {
  let mostRows = 0;
  const { documentElement } = document;
  const hasMore = () => document.querySelector('.more') || scrollY + innerHeight < documentElement.scrollHeight - 1;
  while (hasMore()) {
    scrollBy(0, innerHeight);
    await new Promise(requestAnimationFrame);
    mostRows = Math.max(mostRows, document.querySelectorAll('.row').length);
  }
  return mostRows;
})()`;
