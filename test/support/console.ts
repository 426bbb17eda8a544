import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from './chromium.ts';

/** A browser in which several people use the console. */
export interface ConsoleBrowser {
  /** The console as somebody's own window shows it, once they have signed in with this token. */
  pageOf(token: string, options?: BrowserContextOptions): Promise<Page>;
  /** What any of the pages complained about, or loaded from another host: must stay empty. */
  readonly complaints: readonly string[];
}

/** `origin` is that of the service. */
export async function openConsoleBrowser(
  closer: { after(close: () => Promise<void>): void },
  origin: string,
): Promise<ConsoleBrowser> {
  const browser = await openBrowser();
  closer.after(() => browser.close());
  const complaints: string[] = [];
  return {
    complaints,
    async pageOf(token, options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
      page.on('console', (message) => {
        // A service that is down, or asks for a token, is no fault of the page, but the browser says so.
        if (message.type() === 'error' && !/net::ERR_|401|no valid credentials/.test(message.text()))
          complaints.push(message.text());
      });
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.protocol.startsWith('http') && url.origin !== origin) complaints.push(`loaded ${url}`);
      });
      await page.goto(`${origin}/console/`);
      await page.getByLabel('Token or API key').fill(token);
      await page.getByLabel('Remember it in this tab').check();
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Companies', level: 1 }).waitFor();
      return page;
    },
  };
}

/** What axe-core finds on a page in light and in dark, a line each: must be empty. */
export async function accessibilityFindings(page: Page): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe.source);
    const { violations } = (await page.evaluate('axe.run(document)')) as axe.AxeResults;
    for (const { id, help, nodes } of violations) {
      findings.push(
        ...nodes.map(
          ({ target, failureSummary }) => `${colorScheme}: ${id}, ${help}: ${target.join(' ')} – ${failureSummary}`,
        ),
      );
    }
  }
  await page.emulateMedia({ colorScheme: null });
  return findings;
}

/** By how many pixels a page is wider than its window: must be 0. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)');

/** Presses Tab until the focus is on what `selector` selects, as somebody without a mouse does. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const passed: unknown[] = [];
  while (passed.length < 100) {
    if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press('Tab');
    passed.push(await page.evaluate('document.activeElement?.outerHTML.slice(0, 80)'));
  }
  throw new Error(`No Tab leads to ${selector}: ${passed.join('\n')}`);
}

/** Whether one sees where the focus is. */
export const focusIsVisible = (page: Page): Promise<boolean> =>
  page.evaluate(`(() => {
    const marked = document.activeElement.closest('.row') ?? document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(marked);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  })()`);

/** The versions in the history that a company's page shows, in its order. */
export async function shownVersions(page: Page): Promise<readonly number[]> {
  const versions = await page.locator('.history li > .note').allTextContents();
  return versions.map(Number);
}
