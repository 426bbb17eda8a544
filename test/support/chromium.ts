import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './private-servers.ts';

const program = findProgram('chromium') ?? findProgram('google-chrome');

/** Why nothing can be tested in a browser here, or false when it can. */
export const chromiumMissing: string | false = program
  ? false
  : 'needs chromium on this machine (Debian: apt-get install chromium)';

/** The machine's Chromium, headless and with a profile of its own; whoever opens it closes it. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: program ?? 'chromium',
    // Its sandbox does not start as root, and containers have little shared memory.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });

const libraries = join(import.meta.dirname, '../../node_modules');

/**
 * A page that runs `code` as a module; it gets the libraries of `imports` from node_modules, as they are published. What the
 * page gives to `report(line)` comes to `onLine` in order.
 */
export async function openPage(
  code: string,
  imports: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  const importMap = Object.fromEntries(Object.entries(imports).map(([name, file]) => [name, `/libraries/${file}`]));
  const html = `<!doctype html><title>test</title><script type="importmap">${JSON.stringify({ imports: importMap })}</script>
<script type="module">${code}</script>`;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/libraries/')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(readFileSync(join(libraries, path.slice('/libraries/'.length))));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(path === '/' ? html : '');
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const browser = await openBrowser();
  const page = await browser.newPage();
  page.on('pageerror', ({ message }) => onLine(`failed: ${message}`));
  await page.exposeFunction('report', onLine);
  // Not until it has loaded: a module that waits at its top level delays that.
  await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: 'commit' });
  return {
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
