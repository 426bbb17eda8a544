import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

const root = new URL('..', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};
/** Tools alone: they are compiled to JavaScript, and say themselves which Node they need. */
const toolsAlone = /^(check(:|$)|format$)/;

describe('with a Node that is too old', () => {
  const bin = mkdtempSync(join(tmpdir(), 'old-node-'));
  after(() => rmSync(bin, { recursive: true, force: true }));
  // This Node as an older one looks to a script: by its version, and since it cannot read TypeScript.
  before(() => {
    const disguise = join(bin, 'disguise.cjs');
    writeFileSync(disguise, `Object.defineProperty(process.versions, 'node', { value: '20.20.2' });`);
    const node = join(bin, 'node');
    writeFileSync(node, `#!/bin/sh\nexec '${process.execPath}' --no-strip-types --require '${disguise}' "$@"\n`);
    chmodSync(node, 0o755);
  });

  for (const name of Object.keys(scripts).filter((script) => !toolsAlone.test(script))) {
    test(`npm run ${name} says which Node it needs`, async () => {
      const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, NODE_OPTIONS: '' };
      const ended = promisify(execFile)('sh', ['-c', scripts[name] ?? ''], { cwd: root, env });
      await assert.rejects(ended, (error: Error & { code?: unknown; stderr?: string }) => {
        assert.match(error.stderr ?? '', /^This needs Node 24 or newer, and this is 20\.20\.2\.\n/);
        assert.doesNotMatch(error.stderr ?? '', /ERR_UNKNOWN_FILE_EXTENSION/);
        return error.code === 1;
      });
    });
  }
});
