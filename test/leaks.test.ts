import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';

/** A test file's only test, and what its run must report; nothing when it leaks nothing. */
const files: Readonly<Record<string, readonly [source: string, report?: RegExp]>> = {
  'a server that listens': [
    `createServer().listen(0, '127.0.0.1');`,
    /leaky\.test\.mjs leaks: kept alive by .*TCPServerWrap/,
  ],
  'a timer': ['setInterval(() => {}, 1_000);', /leaky\.test\.mjs leaks: kept alive by .*Timeout/],
  'a child process': [
    `spawn('sleep', ['60'], { stdio: 'ignore' });`,
    /kept alive by .*ProcessWrap\n.*leaky\.test\.mjs leaks: leaves running\s+\d+ sleep 60/,
  ],
  'a child process that does not keep its file alive': [
    `spawn('sleep', ['60'], { stdio: 'ignore', detached: true }).unref();`,
    /leaky\.test\.mjs leaks: leaves running\s+\d+ sleep 60/,
  ],
  'nothing: its hook closes the server': [
    `const server = createServer().listen(0); after(() => new Promise((closed) => setTimeout(() => server.close(closed), 50)));`,
  ],
  'nothing: the child is killed at its end': [
    `const child = spawn('sleep', ['60']); process.once('exit', () => child.kill('SIGKILL')); child.unref(); child.stdout.destroy(); child.stderr.destroy(); child.stdin.destroy();`,
  ],
};

describe('the check for leaks', { concurrency: 2, timeout: 60_000 }, () => {
  for (const [title, [source, report]] of Object.entries(files)) {
    test(`a test file ${report ? 'fails that leaks' : 'passes that leaks'} ${title}`, async (t) => {
      const { code, output } = await runFile(t, source);
      for (const [, pid] of output.matchAll(/^\s+(\d+) sleep 60$/gm)) process.kill(Number(pid));
      assert.equal(code, report ? 1 : 0, output);
      if (report) assert.match(output, report);
    });
  }
});

/** Runs a test file as `npm test` does, with little time for its hooks. */
async function runFile(
  t: TestContext,
  source: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'leaky.test.mjs');
  const imports = `import { spawn } from 'node:child_process';\nimport { createServer } from 'node:net';\nimport { after, test } from 'node:test';\n`;
  writeFileSync(file, `${imports}test('succeeds', () => { ${source} });\n`);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const check = join(import.meta.dirname, 'support/leak-check.ts');
  const child = spawn(process.execPath, ['--import', check, '--test', file], { env: { ...env, LEAK_GRACE: '1000' } });
  const ended = once(child, 'close');
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code, output: output + complaints };
}
