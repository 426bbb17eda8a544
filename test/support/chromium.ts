import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { findProgram } from './private-servers.ts';

const program = findProgram('chromium') ?? findProgram('google-chrome');

/** Why nothing can be tried in a browser here, or false when it can. */
export const chromiumMissing: string | false = program
  ? false
  : 'needs chromium on this machine (Debian: apt-get install chromium)';

const libraries = join(import.meta.dirname, '../../node_modules');

/**
 * A page in headless Chromium that runs `code` as a module; it gets the libraries of `imports` from node_modules, as they
 * are published. What the page gives to `report(line)` comes to `onLine` in order.
 */
export async function openPage(
  code: string,
  imports: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<{ close(): Promise<void> }> {
  const importMap = Object.fromEntries(Object.entries(imports).map(([name, file]) => [name, `/libraries/${file}`]));
  const page = `<!doctype html><title>test</title><script type="importmap">${JSON.stringify({ imports: importMap })}</script>
<script type="module">
let reported = Promise.resolve();
globalThis.report = (line) => (reported = reported.then(() => fetch('/lines', { method: 'POST', body: line })));
addEventListener('unhandledrejection', ({ reason }) => report('failed: ' + reason));
addEventListener('error', ({ message }) => report('failed: ' + message));
</script>
<script type="module">${code}</script>`;
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (request.method === 'POST') {
      onLine(await text(request));
      response.end();
    } else if (path.startsWith('/libraries/')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(readFileSync(join(libraries, path.slice('/libraries/'.length))));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(path === '/' ? page : '');
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const browser = launch(`http://127.0.0.1:${port}/`);
  return {
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A tab of a browser of its own, driven from outside. */
export interface Tab {
  /** As somebody does who types the address; resolves once the page has loaded. */
  open(address: string): Promise<void>;
  /** Evaluates an expression that leads to another page; resolves once that has loaded. */
  follow(expression: string): Promise<void>;
  /** What an expression in the page comes to, awaited there. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** By the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/ */
export async function openTab(): Promise<Tab> {
  const browser = launch('about:blank');
  const { host } = new URL(await browser.devTools);
  const targets: { type: string; webSocketDebuggerUrl: string }[] = JSON.parse(
    await (await fetch(`http://${host}/json/list`)).text(),
  );
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');

  const said = new EventEmitter();
  socket.on('message', (data) => {
    const { id, method, ...rest } = JSON.parse(String(data));
    said.emit(method ?? `answer ${id}`, rest);
  });
  let calls = 0;
  async function call(method: string, params: object = {}) {
    calls += 1;
    const answered = once(said, `answer ${calls}`);
    socket.send(JSON.stringify({ id: calls, method, params }));
    const [{ result, error }] = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async function evaluate(expression: string): Promise<unknown> {
    const options = { awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await call('Runtime.evaluate', { expression, ...options });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    return result.value;
  }
  const loads = new Set<string>();
  said.on('Page.lifecycleEvent', ({ params: { name, loaderId } }) => {
    if (name === 'load') loads.add(loaderId);
  });

  await call('Page.enable');
  await call('Page.setLifecycleEventsEnabled', { enabled: true });
  return {
    async open(address) {
      const { loaderId } = await call('Page.navigate', { url: address, transitionType: 'typed' });
      // The empty page that the browser begins with may tell as late as this that it has loaded.
      while (!loads.has(loaderId)) await once(said, 'Page.lifecycleEvent');
    },
    async follow(expression) {
      const loaded = once(said, 'Page.loadEventFired');
      await evaluate(expression);
      await loaded;
    },
    evaluate,
    async close() {
      socket.terminate();
      await browser.close();
    },
  };
}

/** A browser with a profile of its own, and where it can be talked to. */
function launch(address: string): { readonly devTools: Promise<string>; close(): Promise<void> } {
  const profile = mkdtempSync(join(tmpdir(), 'test-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const browser = spawn(
    program ?? 'chromium',
    // It stays until it is killed only while it can be talked to.
    [...flags, `--user-data-dir=${profile}`, '--remote-debugging-port=0', address],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  // Its processes are a group of their own, and end together.
  const kill = (): void => {
    if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
  };
  process.once('exit', kill);

  const devTools = Promise.withResolvers<string>();
  createInterface(browser.stderr).on('line', (line) => {
    const [, at] = /^DevTools listening on (ws:.*)$/.exec(line) ?? [];
    if (at !== undefined) devTools.resolve(at);
  });

  return {
    devTools: devTools.promise,
    async close() {
      const ended = browser.exitCode === null ? once(browser, 'exit') : undefined;
      kill();
      await ended;
      process.off('exit', kill);
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
