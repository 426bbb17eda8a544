import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SiteHost, SitePlan } from '../../src/provisioning/site-host.ts';
import { openBenchHost } from '../../src/site-hosts/bench/bench-host.ts';
import { acme, siteUrl, unmake } from '../support/site-plan.ts';
import { sleepingWorker } from '../support/sleeping-worker.ts';
import { asEarlierVersion, rewriteRecord } from './records.ts';
import { logIn } from './stand-in-bench.ts';

/**
 * A real bench on this machine: `BENCH_PATH=… BENCH_WEB_URL=…`. The tests make sites called
 * `contract-….localhost` with the apps of `BENCH_TEST_APPS` (`demo_app`), and drop them again.
 */
const { BENCH_PATH = '', BENCH_WEB_URL: webUrl = '', BENCH_TEST_APPS: apps = 'demo_app' } = process.env;
export const path = BENCH_PATH;
export const noRealBench = path !== '' && webUrl !== '' ? false : 'BENCH_PATH and BENCH_WEB_URL do not say which bench';

/**
 * The bench, and as `host` with no other apps than those to test with. What is made on it is dropped after the test.
 * Every site is created from nothing unless `templates` is set.
 */
export function openRealBench(t: TestContext, { templates = false } = {}) {
  const config = { path, exec: [], database: {}, webUrl, templates };
  const bench = openBenchHost(config, siteUrl);
  const host: SiteHost = {
    ...bench,
    offeredApps: async () => (await bench.offeredApps()).filter((app) => apps.split(',').includes(app)),
  };
  return {
    bench,
    host,
    config,
    fallAsleep: (plan: SitePlan) => sleepingWorker(t, { host: { bench: config }, plan, step: 'create-site' }),
    asEarlierVersion: (plan: SitePlan) => asEarlierVersion(path, plan),
    siteFolder: ({ siteName }: SitePlan) => join(path, 'sites', siteName),
    newSiteName() {
      const siteName = `contract-${randomBytes(4).toString('hex')}.localhost`;
      t.after(async () => {
        await rewriteRecord(path, siteName, acme.owner);
        // Newer than every claim of a test.
        await unmake(host, { ...acme, siteName, fencingToken: Number.MAX_SAFE_INTEGER });
        // What a test put there itself, and the fences, which stay.
        for (const left of [siteName, `.provisioning/fences/${siteName}`]) {
          await rm(join(path, 'sites', left), { recursive: true, force: true });
        }
      });
      return siteName;
    },
    login: async ({ siteName, adminEmail, adminPassword }: SitePlan) =>
      (await logIn(webUrl, siteName, adminEmail, adminPassword)) === 200,
  };
}
