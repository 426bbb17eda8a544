import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openClient } from '../../src/client/client.ts';
import { chromiumMissing } from '../support/chromium.ts';
import { type ConsoleBrowser, openConsoleBrowser, shownVersions } from '../support/console.ts';
import { freePort, serversMissing } from '../support/private-servers.ts';
import { type Cluster, openCluster, type Program, tokenOf } from '../support/processes.ts';
import { createCompany, readCompany, requestFor } from '../support/test-service.ts';

describe('an open page while the API is killed', { skip: chromiumMissing || serversMissing, timeout: 240_000 }, () => {
  const closing = new AsyncDisposableStack();
  let cluster: Cluster;
  let browser: ConsoleBrowser;
  let port: number;

  before(async () => {
    cluster = await openCluster();
    closing.defer(() => cluster.close());
    port = await freePort();
    const closer = { after: (close: () => Promise<void>) => closing.defer(close) };
    browser = await openConsoleBrowser(closer, `http://127.0.0.1:${port}`);
  });
  after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(browser.complaints, []);
  });

  test('a page says that it is not connected, resumes, and shows every version once', async () => {
    const origin = `http://127.0.0.1:${port}`;
    const startApi = async (): Promise<Program> => {
      const api = cluster.start('src/api.ts', { PORT: `${port}` });
      await api.line(({ msg }) => msg === 'listening', 'it listens');
      return api;
    };
    const api = await startApi();
    const token = await tokenOf('jane', 'customer');
    const jane = openClient(`${origin}/graphql`, token);
    const page = await browser.pageOf(token);
    const { id } = await createCompany(jane, requestFor('slow.localhost'));
    await page.goto(`${origin}/console/companies/${id}`);
    await page.locator('.summary[data-status=QUEUED]').waitFor();
    cluster.startWorker();
    await page.locator('.waterfall [data-state=RUNNING]').waitFor();
    await api.end('SIGKILL');
    await page.getByText('Not connected since').waitFor();
    const seen = await shownVersions(page);
    await startApi();
    await page.locator('.health').filter({ hasText: 'The site was created and verified' }).waitFor({ timeout: 90_000 });
    await page.getByText('Not connected since').waitFor({ state: 'detached' });
    const { version } = await readCompany(jane, id);
    assert.ok(seen.length > 0 && seen.length < version, `${seen.length} of ${version} before the kill`);
    assert.deepEqual(
      await shownVersions(page),
      Array.from({ length: version }, (_, index) => index + 1),
    );
  });
});
