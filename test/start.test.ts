import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openLog } from '../src/observability/log.ts';
import { readableLines } from '../src/observability/readable-lines.ts';
import { findProgram } from './support/private-servers.ts';

/** `script` runs a command at a terminal of its own. */
const scriptMissing = findProgram('script') ? false : 'needs script on this machine (Debian: apt-get install bsdutils)';
const start = `exec ${process.execPath} ${join(import.meta.dirname, '../src/main.ts')}`;

test('at a terminal a start shows the addresses and no JSON', { skip: scriptMissing, timeout: 120_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'test-start-'));
  const env = { PATH: process.env['PATH'], DATA_DIR: folder, PORT: '0' };
  const program = spawn('script', ['-qec', start, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const ended = once(program, 'close');
  const lines: string[] = [];
  const output = createInterface(program.stdout).on('line', (line) => lines.push(line));
  while (!lines.some((line) => line.startsWith('  Token'))) {
    await Promise.race([once(output, 'line'), ended.then(() => assert.fail(lines.join('\n')))]);
  }
  const said = lines.join('\n');
  const [, token] = /^ {2}Token {6}([\da-f]{64})$/m.exec(said) ?? [];
  for (const [name, part] of [
    ['GraphiQL', /graphiql/i],
    ['Inbox', /No mail yet/],
  ] as const) {
    const [, address = '', shown] = new RegExp(`${name} +(http:\\S+)\\?token=(\\S+)`).exec(said) ?? [];
    assert.equal(shown, token);
    const opened = await fetch(`${address}?token=${shown}`, { redirect: 'manual' });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await fetch(address, { headers: { accept: 'text/html', cookie } });
    assert.match(await page.text(), part);
  }
  assert.ok(
    lines.every((line) => !line.includes('{')),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^ {2}warn {2}PostgreSQL \(PGlite\).* DATABASE_URL replaces it\.$/.test(line)));
  assert.ok(lines.length < 20, lines.join('\n'));
  // Ctrl-C, as somebody at a terminal ends it.
  program.stdin.write('\x03');
  assert.deepEqual(await ended, [0, null]);
});

test('a readable line shows the cause, whether an error or its message was logged', () => {
  const lines: string[] = [];
  const log = openLog('warn', readableLines({ write: (text) => void lines.push(text) }));
  log.warn({ err: 'ECONNREFUSED' }, 'Redis unavailable');
  log.error({ err: new Error('no space'), companyId: 'COMP-2026-00001' }, 'request failed');
  log.warn('all else');
  assert.deepEqual(lines, [
    '  warn  Redis unavailable (ECONNREFUSED)\n',
    '  error request failed (no space) companyId=COMP-2026-00001\n',
    '  warn  all else\n',
  ]);
});
